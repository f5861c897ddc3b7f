package com.scrapersky.session.matrix;

import static com.scrapersky.session.SessionFeature.CLIENT_INFO;
import static com.scrapersky.session.SessionFeature.NOTIFICATIONS_CALL;
import static com.scrapersky.session.SessionFeature.READ_ONLY;
import static com.scrapersky.session.SessionFeature.SET_SCHEMA;
import static com.scrapersky.session.SessionFeature.TRANSACTION_ISOLATION;
import static com.scrapersky.session.matrix.Expected.MOVES;
import static com.scrapersky.session.matrix.Expected.WORKS;

import com.scrapersky.session.SessionFeature;
import java.sql.Connection;
import java.util.List;
import java.util.Properties;
import org.postgresql.PGConnection;

/** JDBC's own calls that set something for the session. */
final class CallRows {

    private static final String PATH = "show search_path";
    private static final String NAME = "show application_name";
    private static final String LEVEL = "show transaction_isolation";
    private static final String READS = "show transaction_read_only";

    private CallRows() {}

    static List<RowGroup> all() {
        return List.of(
                RowGroup.of("Connection.setSchema", schema()),
                RowGroup.of("Connection.setTransactionIsolation", isolation()),
                RowGroup.of("Connection.setReadOnly", readOnly()),
                RowGroup.of("Connection.setClientInfo", clientInfo()),
                RowGroup.of(
                        "PGConnection.getNotifications",
                        MatrixRow.of(NOTIFICATIONS_CALL, "getNotifications", MOVES, player -> {
                                    player.step(
                                            "getNotifications",
                                            on -> on.unwrap(PGConnection.class).getNotifications(1).length);
                                    player.execute("select 1");
                                })
                                .example("connection.unwrap(PGConnection.class).getNotifications(1000)")));
    }

    /** A call that returns nothing. */
    private interface Call {
        void on(Connection connection) throws Exception;
    }

    private static void call(Player player, String name, Call call) throws Exception {
        player.step(name, on -> {
            call.on(on);
            return "done";
        });
    }

    private static MatrixRow works(SessionFeature feature, String title, Program program) {
        return MatrixRow.of(feature, title, WORKS, program);
    }

    private static void setSchema(Player player, String schema) throws Exception {
        call(player, "setSchema " + schema, on -> on.setSchema(schema));
    }

    private static void getSchema(Player player) throws Exception {
        player.step("getSchema", Connection::getSchema);
    }

    private static MatrixRow[] schema() {
        return new MatrixRow[] {
            works(SET_SCHEMA, "in autocommit", player -> {
                        getSchema(player);
                        setSchema(player, "tenant_1");
                        getSchema(player);
                        player.execute(
                                PATH, "insert into things (name) values ('x') returning tableoid::regclass", PATH);
                        setSchema(player, "tenant_2");
                        player.execute(PATH, "select count(*) from things", "delete from tenant_1.things");
                        getSchema(player);
                    })
                    .example("connection.setSchema(\"tenant_1\")"),
            works(SET_SCHEMA, "names with quotes, capitals and nothing", player -> {
                for (String name : new String[] {"Tenant A", "we\"ird", "it's", "a,b", "$user", "public"}) {
                    setSchema(player, name);
                    player.execute(PATH, "select current_schemas(false)");
                }
                call(player, "setSchema null", on -> on.setSchema(null));
                player.execute(PATH);
                getSchema(player);
            }),
            works(SET_SCHEMA, "in a transaction", player -> {
                player.autoCommit(false);
                setSchema(player, "tenant_1");
                player.execute(PATH);
                player.rollback();
                player.execute(PATH);
                setSchema(player, "tenant_2");
                player.commit();
                player.execute(PATH);
                player.savepoint("s");
                setSchema(player, "tenant_1");
                player.rollbackTo("s");
                player.execute(PATH);
                player.commit();
                getSchema(player);
                player.commit();
            }),
            works(SET_SCHEMA, "without a statement between", player -> {
                player.autoCommit(false);
                setSchema(player, "tenant_1");
                player.rollback();
                getSchema(player);
                player.rollback();
                setSchema(player, "tenant_1");
                player.commit();
                getSchema(player);
                player.commit();
                player.execute(PATH);
                player.commit();
            }),
            works(SET_SCHEMA, "in a failed transaction", player -> {
                player.autoCommit(false);
                player.execute("select 1/0");
                setSchema(player, "tenant_1");
                getSchema(player);
                player.rollback();
                player.execute(PATH);
                player.rollback();
                player.execute(PATH);
                player.rollback();
            }),
            works(SET_SCHEMA, "with SET search_path between", player -> {
                player.execute("SET search_path = tenant_1, public");
                getSchema(player);
                setSchema(player, "tenant_2");
                player.execute(PATH, "RESET search_path", PATH);
                getSchema(player);
                player.execute("SET search_path = nowhere");
                getSchema(player);
            }),
        };
    }

    private static void level(Player player, int level) throws Exception {
        call(player, "setTransactionIsolation " + level, on -> on.setTransactionIsolation(level));
        player.step("getTransactionIsolation", Connection::getTransactionIsolation);
    }

    private static MatrixRow[] isolation() {
        return new MatrixRow[] {
            works(TRANSACTION_ISOLATION, "in autocommit", player -> {
                        player.step("getTransactionIsolation", Connection::getTransactionIsolation);
                        level(player, Connection.TRANSACTION_SERIALIZABLE);
                        player.execute(LEVEL, "show default_transaction_isolation", LEVEL);
                        level(player, Connection.TRANSACTION_READ_UNCOMMITTED);
                        player.execute(LEVEL);
                        level(player, Connection.TRANSACTION_READ_COMMITTED);
                        player.execute(LEVEL, "show default_transaction_isolation");
                    })
                    .example("connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE)"),
            works(TRANSACTION_ISOLATION, "levels that there are not", player -> {
                level(player, Connection.TRANSACTION_NONE);
                level(player, 77);
                player.execute(LEVEL, LEVEL);
            }),
            works(TRANSACTION_ISOLATION, "between and in transactions", player -> {
                player.autoCommit(false);
                level(player, Connection.TRANSACTION_REPEATABLE_READ);
                player.rollback();
                level(player, Connection.TRANSACTION_SERIALIZABLE);
                player.execute(LEVEL);
                level(player, Connection.TRANSACTION_READ_COMMITTED);
                player.rollback();
                player.execute(LEVEL);
                player.commit();
                player.execute("set transaction isolation level read committed");
                player.step("getTransactionIsolation", Connection::getTransactionIsolation);
                player.commit();
                player.step("getTransactionIsolation", Connection::getTransactionIsolation);
                player.commit();
            }),
            works(TRANSACTION_ISOLATION, "a snapshot is taken with it", player -> {
                player.autoCommit(false);
                call(
                        player,
                        "repeatable read",
                        on -> on.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ));
                player.execute("select count(*) from things");
                player.step("another client writes", on -> {
                    Player.execute(Fixture.admin(), "insert into things (name) values ('meanwhile')");
                    return "done";
                });
                player.execute("select count(*) from things");
                player.commit();
                player.execute("select count(*) from things", "delete from things");
                player.commit();
            }),
        };
    }

    private static void readOnly(Player player, boolean value) throws Exception {
        call(player, "setReadOnly " + value, on -> on.setReadOnly(value));
        player.step("isReadOnly", Connection::isReadOnly);
    }

    private static MatrixRow[] readOnly() {
        return new MatrixRow[] {
            works(READ_ONLY, "in transactions", player -> {
                        player.autoCommit(false);
                        readOnly(player, true);
                        player.execute(READS, "insert into things (name) values ('x')");
                        player.rollback();
                        readOnly(player, false);
                        player.execute(READS, "insert into things (name) values ('x')");
                        readOnly(player, true);
                        player.rollback();
                        player.execute(READS);
                        player.rollback();
                    })
                    .example("connection.setReadOnly(true)"),
            works(READ_ONLY, "in autocommit", player -> {
                readOnly(player, true);
                player.execute(READS, "show default_transaction_read_only", READS);
                readOnly(player, false);
                player.execute(READS);
            }),
            works(READ_ONLY, "with other settings", player -> {
                player.execute(
                        "SET app.tenant = 'x'",
                        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE");
                player.autoCommit(false);
                readOnly(player, true);
                player.execute(READS, LEVEL, SettingRows.TENANT);
                player.commit();
                player.execute("SET TRANSACTION READ WRITE", READS);
                player.commit();
                readOnly(player, false);
                player.execute("SET TRANSACTION READ ONLY", READS);
                player.commit();
            }),
        };
    }

    private static MatrixRow[] clientInfo() {
        return new MatrixRow[] {
            works(CLIENT_INFO, "ApplicationName", player -> {
                        call(player, "set", on -> on.setClientInfo("ApplicationName", "report"));
                        player.step("get", on -> on.getClientInfo("ApplicationName"));
                        player.execute(NAME, NAME);
                        call(player, "set to an empty one", on -> on.setClientInfo("ApplicationName", ""));
                        player.execute(NAME, NAME);
                        call(player, "set to null", on -> on.setClientInfo("ApplicationName", null));
                        player.execute(NAME, NAME);
                        player.step("get", on -> on.getClientInfo("ApplicationName"));
                    })
                    .example("connection.setClientInfo(\"ApplicationName\", \"report\")"),
            works(CLIENT_INFO, "in transactions", player -> {
                player.autoCommit(false);
                player.execute("select 1");
                call(player, "set", on -> on.setClientInfo("ApplicationName", "in it's transaction"));
                player.execute(NAME);
                player.rollback();
                player.execute(NAME);
                player.rollback();
                call(player, "set", on -> on.setClientInfo("ApplicationName", "before"));
                player.rollback();
                player.execute(NAME);
                player.rollback();
                player.execute(NAME);
                player.rollback();
            }),
            works(CLIENT_INFO, "other properties", player -> {
                call(player, "unknown", on -> on.setClientInfo("ClientUser", "me"));
                call(player, "nonsense", on -> on.setClientInfo("Nonsense", "me"));
                player.step("warnings", on -> Told.warnings(on.getWarnings()));
                Properties properties = new Properties();
                properties.setProperty("ApplicationName", "by properties");
                call(player, "properties", on -> on.setClientInfo(properties));
                player.execute(NAME, NAME);
                player.step("all", on -> on.getClientInfo().getProperty("ApplicationName"));
                player.step("unknown", on -> on.getClientInfo("Nonsense"));
                call(player, "no properties", on -> on.setClientInfo(new Properties()));
                player.execute(NAME, NAME);
            }),
            works(CLIENT_INFO, "in a failed transaction", player -> {
                player.autoCommit(false);
                player.execute("select 1/0");
                call(player, "set", on -> on.setClientInfo("ApplicationName", "x"));
                player.rollback();
                player.execute(NAME);
                player.rollback();
                player.execute(NAME);
                player.rollback();
            }),
            works(CLIENT_INFO, "SET application_name is seen", player -> {
                player.execute("SET application_name = 'by a text'");
                player.step("get", on -> on.getClientInfo("ApplicationName"));
                player.execute("select 1");
            }),
        };
    }
}
