package com.scrapersky.session.matrix;

import static com.scrapersky.session.SessionFeature.ADVISORY_LOCK;
import static com.scrapersky.session.SessionFeature.NOTIFICATION;
import static com.scrapersky.session.SessionFeature.READ_ONLY;
import static com.scrapersky.session.SessionFeature.SETTING;
import static com.scrapersky.session.SessionFeature.SET_SCHEMA;
import static com.scrapersky.session.SessionFeature.TRANSACTION_ISOLATION;
import static com.scrapersky.session.matrix.Expected.REFUSED;
import static com.scrapersky.session.matrix.Expected.WORKS;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.testkit.PostgresEndpoint;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** What the URL, and somebody else's pool, set for each session. */
final class SourceRows {

    private static final String PATH = "show search_path";

    private SourceRows() {}

    static List<RowGroup> all() {
        return List.of(RowGroup.of("parameters of the URL", urls()), RowGroup.of("wrapped HikariCP pools", pools()));
    }

    /** A pool that opens when it is first asked, so that a factory can be put over it before. */
    private record Wrapped(Consumer<HikariConfig> settings) implements Opening {

        @Override
        public Opened direct(PostgresEndpoint server) {
            HikariDataSource pool = pool(server);
            return new Opened(pool, null, pool);
        }

        @Override
        public Opened pooled(PostgresEndpoint pooler) {
            HikariDataSource pool = pool(pooler);
            DatabaseSessionFactory sessions = DatabaseSessionFactory.wrap(pool);
            return new Opened(sessions.dataSource(), sessions, () -> {
                sessions.close();
                pool.close();
            });
        }

        private HikariDataSource pool(PostgresEndpoint endpoint) {
            HikariDataSource pool = new HikariDataSource();
            pool.setDataSource(Fixture.driver(endpoint.jdbcUrl()));
            pool.setMaximumPoolSize(2);
            settings.accept(pool);
            return pool;
        }
    }

    private static MatrixRow[] urls() {
        return new MatrixRow[] {
            MatrixRow.of(SET_SCHEMA, "currentSchema", WORKS, player -> {
                        player.execute(PATH, "select tableoid::regclass from things");
                        player.step("getSchema", Connection::getSchema);
                        player.step("setSchema", on -> {
                            on.setSchema("tenant_2");
                            return "done";
                        });
                        player.execute(
                                PATH, "RESET search_path", PATH, "DISCARD ALL", PATH, "SET search_path = public", PATH);
                        player.reborrow();
                        player.execute(PATH);
                    })
                    .opened(new FreshFactory("currentSchema=tenant_1")),
            MatrixRow.of(SETTING, "options", WORKS, player -> {
                        player.execute(SettingRows.TIMEOUT, SettingRows.TENANT, PATH, "show work_mem");
                        player.execute(
                                "RESET statement_timeout",
                                SettingRows.TIMEOUT,
                                "SET app.tenant = 'x'",
                                SettingRows.TENANT);
                        player.execute("RESET ALL", SettingRows.TIMEOUT, SettingRows.TENANT);
                    })
                    .opened(
                            new FreshFactory(
                                    "options=-c%20statement_timeout=7000%20-c%20app.tenant=opt%20--work_mem=5MB%20-csearch_path=tenant_1,public")),
            MatrixRow.of(READ_ONLY, "readOnlyMode=always", WORKS, player -> {
                        player.step("setReadOnly", on -> {
                            on.setReadOnly(true);
                            return on.isReadOnly();
                        });
                        player.execute(
                                "show transaction_read_only",
                                "insert into things (name) values ('x')",
                                "show default_transaction_read_only");
                        player.autoCommit(false);
                        player.execute("show transaction_read_only");
                        player.commit();
                        player.step("setReadOnly", on -> {
                            on.setReadOnly(false);
                            return on.isReadOnly();
                        });
                        player.execute("show transaction_read_only");
                        player.commit();
                    })
                    // The driver reads it in any case.
                    .opened(new FreshFactory("readOnlyMode=Always")),
            MatrixRow.of(READ_ONLY, "readOnlyMode=ignore", WORKS, player -> {
                        player.step("setReadOnly", on -> {
                            on.setReadOnly(true);
                            return on.isReadOnly();
                        });
                        player.execute("show transaction_read_only");
                        player.autoCommit(false);
                        player.execute("show transaction_read_only", "show default_transaction_read_only");
                        player.commit();
                        player.execute("show transaction_read_only");
                        player.commit();
                    })
                    .opened(new FreshFactory("readOnlyMode=ignore")),
            MatrixRow.of(SETTING, "ApplicationName", WORKS, player -> {
                        player.execute(
                                "show application_name",
                                "SET application_name = 'x'",
                                "show application_name",
                                "RESET application_name",
                                "show application_name");
                        player.step("getClientInfo", on -> on.getClientInfo("ApplicationName"));
                    })
                    .opened(new FreshFactory("ApplicationName=mine")),
            MatrixRow.of(SETTING, "reWriteBatchedInserts and defaultRowFetchSize", WORKS, player -> {
                        player.execute("SET search_path = tenant_1");
                        player.step("batch", on -> {
                            try (PreparedStatement statement =
                                    on.prepareStatement("insert into things (name, n) values (?, ?)")) {
                                for (int i = 0; i < 7; i++) {
                                    statement.setString(1, "x");
                                    statement.setInt(2, i);
                                    statement.addBatch();
                                }
                                return Arrays.toString(statement.executeBatch());
                            }
                        });
                        player.autoCommit(false);
                        player.execute("select n from things order by n", "delete from things");
                        player.commit();
                        player.execute(PATH);
                        player.commit();
                    })
                    .opened(new FreshFactory("reWriteBatchedInserts=true&defaultRowFetchSize=2")),
        };
    }

    private static MatrixRow[] pools() {
        return new MatrixRow[] {
            MatrixRow.of(SET_SCHEMA, "schema", WORKS, player -> {
                        player.execute(PATH, "select count(*) from things");
                        player.step("getSchema", Connection::getSchema);
                        player.execute("SET search_path = public", PATH);
                        player.reborrow();
                        player.execute("select count(*) from things");
                    })
                    .opened(new Wrapped(pool -> pool.setSchema("tenant_1"))),
            MatrixRow.of(TRANSACTION_ISOLATION, "transactionIsolation", WORKS, player -> {
                        player.execute(SettingRows.ISOLATION);
                        player.step("getTransactionIsolation", Connection::getTransactionIsolation);
                        player.step("set", on -> {
                            on.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                            return on.getTransactionIsolation();
                        });
                        player.execute(SettingRows.ISOLATION);
                        player.reborrow();
                        player.execute(SettingRows.ISOLATION);
                    })
                    .opened(new Wrapped(pool -> pool.setTransactionIsolation("TRANSACTION_SERIALIZABLE"))),
            MatrixRow.of(SETTING, "connectionInitSql", WORKS, player -> {
                        player.execute(SettingRows.TENANT, SettingRows.TIMEOUT);
                        player.autoCommit(false);
                        player.execute(SettingRows.TENANT);
                        player.commit();
                        player.execute(SettingRows.TIMEOUT);
                        player.commit();
                    })
                    .opened(new Wrapped(pool ->
                            pool.setConnectionInitSql("SET app.tenant = 'init'; SET statement_timeout = '7s'"))),
            MatrixRow.of(SETTING, "autoCommit and readOnly", WORKS, player -> {
                        player.step("tells", on -> on.getAutoCommit() + " " + on.isReadOnly());
                        player.execute("show transaction_read_only", "SET app.tenant = 'x'");
                        player.commit();
                        player.execute(SettingRows.TENANT);
                        player.commit();
                        player.reborrow();
                        player.step("tells", on -> on.getAutoCommit() + " " + on.isReadOnly());
                        player.execute(SettingRows.TENANT);
                        player.rollback();
                    })
                    .opened(new Wrapped(pool -> {
                        pool.setAutoCommit(false);
                        pool.setReadOnly(true);
                    })),
            MatrixRow.of(
                            NOTIFICATION,
                            "LISTEN on a pool without a session URL",
                            REFUSED,
                            player -> player.execute("LISTEN jobs"))
                    .opened(new Wrapped(pool -> {})),
            MatrixRow.of(
                            ADVISORY_LOCK,
                            "a lock on a pool without a session URL",
                            REFUSED,
                            player -> player.execute("select pg_try_advisory_lock(42)"))
                    .opened(new Wrapped(pool -> {})),
        };
    }
}
