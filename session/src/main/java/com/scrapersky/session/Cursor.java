package com.scrapersky.session;

import com.scrapersky.session.StatementTarget.Need;
import com.scrapersky.session.internal.guard.ArrivedPages;
import com.scrapersky.session.internal.jdbc.Columns;
import com.scrapersky.session.internal.jdbc.MappingException;
import com.scrapersky.session.internal.jdbc.RowType;
import com.scrapersky.session.internal.jdbc.TupleCursor;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The rows of a statement, one page at a time; everything is closed behind the last row, or when the stream is. */
final class Cursor<T extends @Nullable Object> extends AbstractSpliterator<T> {

    private final SqlStatement source;
    private final Lease lease;
    private final PreparedStatement statement;
    private final ResultSet result;
    private final Columns columns;
    private final RowType.Reader<T> reader;

    /** The result as it comes; null where it is read by JDBC. */
    private final @Nullable ArrivedPages pages;

    private @Nullable TupleCursor page;
    private int leftInPage;
    private boolean open = true;
    private boolean cutOff;

    private Cursor(SqlStatement source, Lease lease, PreparedStatement statement, RowShape<T> shape)
            throws SQLException {
        super(Long.MAX_VALUE, Spliterator.ORDERED);
        this.source = source;
        this.lease = lease;
        this.statement = statement;
        this.result = statement.executeQuery();
        ArrivedPages arrived = ArrivedPages.of(result);
        Columns lean = arrived == null ? null : Columns.of(arrived.fields());
        if (arrived != null && lean != null && lean.isLean()) {
            this.pages = arrived;
            this.columns = lean;
            this.page = lean.cursor(arrived.page(), arrived.driver());
            this.leftInPage = arrived.page().size();
        } else {
            this.pages = null;
            this.columns = Columns.of(result);
        }
        this.reader = shape.reader(columns);
    }

    static <T extends @Nullable Object> Stream<T> open(SqlStatement source, RowShape<T> shape) {
        source.check();
        Lease lease = source.target().lease(Need.CURSOR);
        boolean opened = false;
        try {
            PreparedStatement statement = source.prepareCursor(lease.connection());
            try {
                Cursor<T> cursor = new Cursor<>(source, lease, statement, shape);
                lease.holdOpen(cursor);
                opened = true;
                return StreamSupport.stream(cursor, false).onClose(cursor::close);
            } finally {
                if (!opened) {
                    statement.close();
                }
            }
        } catch (SQLException error) {
            DatabaseException failure = source.failure(error, lease.phase());
            lease.failed(failure);
            throw failure;
        } catch (MappingException unfit) {
            DatabaseException failure = Errors.unexpectedResult(source.sql(), String.valueOf(unfit.getMessage()));
            lease.failed(failure);
            throw failure;
        } finally {
            if (!opened) {
                lease.close();
            }
        }
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
        return read(action, false);
    }

    @Override
    public void forEachRemaining(Consumer<? super T> action) {
        boolean more = true;
        while (more) {
            more = read(action, true);
        }
    }

    /**
     * Reads the next row, or with it those that have arrived with it.
     *
     * @return whether there was one
     */
    private boolean read(Consumer<? super T> action, boolean arrived) {
        lease.check();
        if (cutOff) {
            throw Errors.usage(
                    "a stream is read on after the end of its session, which has closed it",
                    "read it to its end within the work, or collect its rows there");
        }
        if (!open) {
            return false;
        }
        try {
            if (!advance()) {
                close();
                return false;
            }
            TupleCursor row = page;
            if (row == null) {
                action.accept(reader.read(columns.read(result)));
                return true;
            }
            action.accept(reader.read(row));
            // Whoever gets a row may close the stream.
            while (arrived && leftInPage > 0 && open) {
                leftInPage--;
                row.next();
                action.accept(reader.read(row));
            }
            return true;
        } catch (SQLException error) {
            DatabaseException failure = source.failure(error, lease.phase());
            lease.failed(failure);
            closeAfter(failure);
            throw failure;
        } catch (MappingException unfit) {
            DatabaseException failure = Errors.unexpectedResult(source.sql(), String.valueOf(unfit.getMessage()));
            closeAfter(failure);
            throw failure;
        } catch (RuntimeException | Error failure) {
            closeAfter(failure);
            throw failure;
        }
    }

    private boolean advance() throws SQLException {
        ArrivedPages arrived = pages;
        TupleCursor row = page;
        if (arrived == null || row == null) {
            return result.next();
        }
        if (leftInPage == 0) {
            if (!arrived.next()) {
                return false;
            }
            row = columns.cursor(arrived.page(), arrived.driver());
            page = row;
            leftInPage = arrived.page().size();
        }
        leftInPage--;
        row.next();
        return true;
    }

    /** A cursor has one reader: a parallel stream works on the rows in parallel, and reads them one after the other. */
    @Override
    public @Nullable Spliterator<T> trySplit() {
        return null;
    }

    /** The session ends; rows that nobody has read are not silently left out. */
    void cutOff() {
        cutOff = open;
        close();
    }

    /** Whoever reads the stream has an error now, and will not come back for more rows. */
    private void closeAfter(Throwable failure) {
        lease.abandon();
        try {
            close();
        } catch (DatabaseException second) {
            failure.addSuppressed(second);
        }
    }

    void close() {
        lease.check();
        if (!open) {
            return;
        }
        open = false;
        try {
            // Closing a statement sends nothing by itself: the portal's Close travels with the next flush.
            statement.close();
        } catch (SQLException error) {
            throw source.failure(error, lease.phase());
        } finally {
            lease.letGo(this);
        }
    }
}
