package com.scrapersky.session.internal.guard;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Field;
import org.postgresql.core.Tuple;
import org.postgresql.jdbc.PgResultSet;

/**
 * The rows of a result that comes page by page, as they came: read without a call of JDBC for each row and value. The driver's
 * result fetches the next page when it is asked for the row behind its last one (pgjdbc 42.7.14, {@code PgResultSet.next});
 * so it is told that it stands there. Not thread-safe.
 */
public final class ArrivedPages {

    private static final @Nullable VarHandle CURRENT = current();

    private final ResultSet result;
    private final PgResultSet driver;
    private final VarHandle current;
    private final Field[] columns;
    private List<Tuple> page;

    private ArrivedPages(ResultSet result, PgResultSet driver, VarHandle current, Field[] columns, List<Tuple> page) {
        this.result = result;
        this.driver = driver;
        this.current = current;
        this.columns = columns;
        this.page = page;
    }

    private static @Nullable VarHandle current() {
        try {
            return MethodHandles.privateLookupIn(PgResultSet.class, MethodHandles.lookup())
                    .findVarHandle(PgResultSet.class, "currentRow", int.class);
        } catch (ReflectiveOperationException | RuntimeException otherDriver) {
            return null;
        }
    }

    /** The pages of a result that nobody has read of yet, or null where the driver does not tell. */
    public static @Nullable ArrivedPages of(ResultSet result) throws SQLException {
        PgResultSet driver = result.unwrap(PgResultSet.class);
        Field[] columns = DriverAccess.columns(driver);
        List<Tuple> first = DriverAccess.tuples(driver);
        return CURRENT == null || columns == null || first == null
                ? null
                : new ArrivedPages(result, driver, CURRENT, columns, first);
    }

    /** What describes the columns. */
    public Field[] fields() {
        return columns;
    }

    /** The driver's connection, which knows how to read them. */
    public BaseConnection driver() throws SQLException {
        return driver.getStatement().getConnection().unwrap(BaseConnection.class);
    }

    /** The rows that are there. */
    public List<Tuple> page() {
        return page;
    }

    /** Fetches the next page; a round trip. */
    public boolean next() throws SQLException {
        current.set(driver, page.size() - 1);
        // By the pool's own object, which learns from a failure that the connection is lost.
        boolean more = result.next();
        List<Tuple> arrived = more ? DriverAccess.tuples(driver) : null;
        page = arrived == null ? List.of() : arrived;
        return more;
    }
}
