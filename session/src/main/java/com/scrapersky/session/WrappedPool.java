package com.scrapersky.session;

import com.scrapersky.session.PoolerProfile.Mode;
import com.scrapersky.session.PoolerProfile.Origin;
import com.scrapersky.session.PoolerProfile.Parameter;
import com.scrapersky.session.internal.guard.SqlLiteral;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What somebody else's pool does to each connection it opens: HikariCP's {@code schema}, {@code transactionIsolation} and
 * {@code connectionInitSql}. Behind a pooler in transaction mode each would be set on whichever backend is met first, so
 * sessions begin with it instead. Only a pool that has not opened anything yet can be told to leave it.
 */
final class WrappedPool {

    private final DataSource pool;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final @Nullable HikariDataSource hikari;
    private @Nullable String initSql;

    private WrappedPool(DataSource pool) {
        this.pool = pool;
        this.hikari = pool instanceof HikariDataSource own ? own : null;
    }

    /**
     * Takes over what the pool would set, where it has not begun to.
     *
     * @param known what is in front of the database, or null where that is to be found out through the pool
     */
    static WrappedPool of(DataSource pool, @Nullable PoolerProfile known) {
        WrappedPool wrapped = new WrappedPool(pool);
        HikariDataSource hikari = wrapped.hikari;
        boolean shared = known == null || known.mode() == Mode.TRANSACTION;
        if (shared && hikari != null && !hikari.isRunning() && !hikari.isClosed()) {
            wrapped.takeOver(hikari);
        }
        return wrapped;
    }

    private void takeOver(HikariDataSource hikari) {
        String schema = hikari.getSchema();
        if (schema != null) {
            settings.put("search_path", SqlLiteral.schema(schema));
            hikari.setSchema(null);
        }
        String isolation = hikari.getTransactionIsolation();
        if (isolation != null) {
            settings.put("default_transaction_isolation", isolationName(isolation));
            hikari.setTransactionIsolation(null);
        }
        initSql = hikari.getConnectionInitSql();
        hikari.setConnectionInitSql(null);
    }

    /** The settings that every session begins with. */
    Map<String, String> settings() {
        return settings;
    }

    /** A text that every session begins with, or null. */
    @Nullable
    String initSql() {
        return initSql;
    }

    /** A pool that sets something on backends which belong to everybody, and cannot be stopped any more. */
    void refuseWhatWouldLeak(Mode mode) {
        HikariDataSource running = hikari;
        if (running == null || mode != Mode.TRANSACTION) {
            return;
        }
        refuse(running.getSchema(), "schema");
        refuse(running.getTransactionIsolation(), "transactionIsolation");
        refuse(running.getConnectionInitSql(), "connectionInitSql");
    }

    private static void refuse(@Nullable String value, String property) {
        if (value != null) {
            throw Errors.usage(
                    "HikariCP's " + property
                            + " sets session state on whichever backend a new connection meets, and this pool"
                            + " has opened connections already",
                    "wrap the pool before its first connection (a HikariDataSource made without a HikariConfig opens when it"
                            + " is first asked), and each session begins with it instead");
        }
    }

    /** As parameters that were given, for what the driver sends at connect. */
    static Map<String, Parameter> parameters(java.util.Properties url) {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        for (String name : url.stringPropertyNames()) {
            parameters.put(
                    name,
                    new Parameter(
                            name,
                            url.getProperty(name),
                            "as the wrapped pool opened its connections",
                            Origin.EXISTING_POOL));
        }
        return parameters;
    }

    DataSource pool() {
        return pool;
    }

    /** HikariCP takes the names of JDBC's constants, and their numbers. */
    private static String isolationName(String isolation) {
        String name = isolation.toUpperCase(Locale.ENGLISH);
        if (name.endsWith("SERIALIZABLE") || name.equals(Integer.toString(Connection.TRANSACTION_SERIALIZABLE))) {
            return "serializable";
        } else if (name.endsWith("REPEATABLE_READ")
                || name.equals(Integer.toString(Connection.TRANSACTION_REPEATABLE_READ))) {
            return "repeatable read";
        } else if (name.endsWith("READ_UNCOMMITTED")
                || name.equals(Integer.toString(Connection.TRANSACTION_READ_UNCOMMITTED))) {
            return "read uncommitted";
        }
        return "read committed";
    }
}
