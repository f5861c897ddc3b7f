package com.scrapersky.session.matrix;

import static com.scrapersky.session.SessionFeature.ADVISORY_LOCK;
import static com.scrapersky.session.SessionFeature.EXTENSION_STATE;
import static com.scrapersky.session.SessionFeature.HOLDABLE_CURSOR;
import static com.scrapersky.session.SessionFeature.NOTIFICATION;
import static com.scrapersky.session.SessionFeature.PREPARED_STATEMENT;
import static com.scrapersky.session.SessionFeature.RANDOM_SEED;
import static com.scrapersky.session.SessionFeature.SEQUENCE_STATE;
import static com.scrapersky.session.SessionFeature.TEMPORARY_OBJECT;
import static com.scrapersky.session.matrix.Expected.MOVES;
import static com.scrapersky.session.matrix.Expected.REFUSED;
import static com.scrapersky.session.matrix.Expected.WORKS;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.functional.Route;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** What needs a session, used as programs use it. */
final class SessionRows {

    private SessionRows() {}

    static List<RowGroup> all() {
        return List.of(
                RowGroup.of("notifications", notifications()),
                RowGroup.of("locks", locks()),
                RowGroup.of("temporary objects", temporary()),
                RowGroup.of("cursors and prepared statements of SQL", cursors()),
                RowGroup.of("sequences", sequences()));
    }

    static MatrixRow texts(SessionFeature feature, String title, Expected expected, String... texts) {
        return MatrixRow.of(feature, title, expected, player -> player.execute(texts));
    }

    private static MatrixRow transaction(SessionFeature feature, String title, Expected expected, String... texts) {
        return MatrixRow.of(feature, title, expected, player -> {
            player.autoCommit(false);
            player.execute(texts);
            player.commit();
            player.execute("select 1");
            player.commit();
        });
    }

    private static Object notified(Connection on) throws Exception {
        try (Connection sender = Route.postgres().connect(Map.of("ApplicationName", "sky-matrix-sender"))) {
            Player.execute(sender, "notify jobs, 'one'");
        }
        PGNotification[] notifications = on.unwrap(PGConnection.class).getNotifications(5000);
        return Arrays.stream(notifications)
                .map(each -> each.getName() + " " + each.getParameter())
                .collect(Collectors.joining(", "));
    }

    private static MatrixRow[] notifications() {
        return new MatrixRow[] {
            MatrixRow.of(NOTIFICATION, "LISTEN and getNotifications", MOVES, player -> {
                player.execute("LISTEN jobs");
                player.step("getNotifications", SessionRows::notified);
                player.execute("UNLISTEN jobs", "select pg_listening_channels()");
            }),
            texts(NOTIFICATION, "UNLISTEN", WORKS, "UNLISTEN jobs", "UNLISTEN *", "select 1"),
            texts(NOTIFICATION, "NOTIFY", WORKS, "NOTIFY jobs, 'two'", "select pg_notify('jobs', 'three')", "select 1"),
            transaction(NOTIFICATION, "NOTIFY in a transaction", WORKS, "NOTIFY jobs", "select 1"),
        };
    }

    private static MatrixRow[] locks() {
        return new MatrixRow[] {
            transaction(
                    ADVISORY_LOCK,
                    "locks of a transaction",
                    WORKS,
                    "select pg_advisory_xact_lock(42)",
                    "select pg_try_advisory_xact_lock(42, 1)",
                    "select count(*) from pg_locks where locktype = 'advisory'"),
            texts(
                    ADVISORY_LOCK,
                    "lock and unlock",
                    MOVES,
                    "select pg_advisory_lock(42)",
                    "select pg_advisory_unlock(42)",
                    "select pg_advisory_unlock(42)",
                    "select 1"),
            MatrixRow.of(ADVISORY_LOCK, "two clients and one lock", MOVES, player -> {
                Connection other = player.another();
                player.execute("select pg_try_advisory_lock(42)");
                player.step("other", other, on -> Player.execute(on, "select pg_try_advisory_lock(42)"));
                player.execute("select pg_advisory_unlock(42)");
                player.step("other", other, on -> Player.execute(on, "select pg_try_advisory_lock(42)"));
                other.close();
            }),
            MatrixRow.of(ADVISORY_LOCK, "given back with the connection", MOVES, player -> {
                player.execute("select pg_try_advisory_lock(42)");
                player.reborrow();
                player.execute(
                        "select count(*) from pg_locks where locktype = 'advisory' and objid = 42 and pid = pg_backend_pid()");
            }),
            transaction(
                    ADVISORY_LOCK,
                    "LOCK TABLE and FOR UPDATE",
                    WORKS,
                    "lock table things in share mode",
                    "select * from things for update"),
        };
    }

    private static MatrixRow[] temporary() {
        return new MatrixRow[] {
            transaction(
                    TEMPORARY_OBJECT,
                    "ON COMMIT DROP",
                    WORKS,
                    "create temp table mine (id int) on commit drop",
                    "insert into mine values (1)",
                    "select * from mine"),
            texts(
                    TEMPORARY_OBJECT,
                    "ON COMMIT DROP in autocommit",
                    WORKS,
                    "create temp table mine (id int) on commit drop",
                    "select to_regclass('mine')"),
            transaction(
                    TEMPORARY_OBJECT,
                    "ON COMMIT DROP amidst",
                    WORKS,
                    "select 1",
                    "create local temporary table mine on commit drop as select 1 as one",
                    "select * from mine"),
            transaction(
                    TEMPORARY_OBJECT,
                    "ON COMMIT DELETE ROWS",
                    MOVES,
                    "create temp table mine (id int) on commit delete rows",
                    "insert into mine values (1)",
                    "select * from mine"),
            texts(
                    TEMPORARY_OBJECT,
                    "a table that is used for long",
                    MOVES,
                    "create temporary table mine (id int)",
                    "insert into mine values (1), (2)",
                    "select * from mine",
                    "create index on mine (id)",
                    "drop table mine",
                    "select to_regclass('mine')"),
            texts(
                    TEMPORARY_OBJECT,
                    "a sequence",
                    MOVES,
                    "create temp sequence mine",
                    "select nextval('mine')",
                    "select currval('mine')"),
            texts(
                    TEMPORARY_OBJECT,
                    "settings go along",
                    MOVES,
                    "SET app.tenant = 'x'",
                    "SET search_path = tenant_1, public",
                    "SET ROLE app_reader",
                    "create temp table mine (id int)",
                    SettingRows.TENANT,
                    "show search_path",
                    SettingRows.USERS,
                    "RESET ROLE",
                    "RESET search_path",
                    "show search_path",
                    SettingRows.USERS),
            MatrixRow.of(TEMPORARY_OBJECT, "calls go along", MOVES, player -> {
                player.step("calls", on -> {
                    on.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                    on.setSchema("tenant_1");
                    on.setClientInfo("ApplicationName", "mover");
                    on.setHoldability(java.sql.ResultSet.CLOSE_CURSORS_AT_COMMIT);
                    on.setReadOnly(true);
                    on.setReadOnly(false);
                    on.setAutoCommit(false);
                    return "done";
                });
                player.execute(
                        "create temp table mine (id int)",
                        "show application_name",
                        "show transaction_isolation",
                        "show search_path");
                player.commit();
                player.step(
                        "told",
                        on -> on.getSchema()
                                + on.getTransactionIsolation()
                                + on.getHoldability()
                                + on.isReadOnly()
                                + on.getAutoCommit()
                                + on.getClientInfo("ApplicationName"));
                player.commit();
            }),
        };
    }

    private static MatrixRow[] cursors() {
        return new MatrixRow[] {
            transaction(
                    HOLDABLE_CURSOR,
                    "a cursor of a transaction",
                    WORKS,
                    "declare c cursor for select * from generate_series(1, 5)",
                    "fetch 2 from c",
                    "move 1 in c",
                    "fetch all from c",
                    "close c"),
            transaction(
                    HOLDABLE_CURSOR,
                    "WITHOUT HOLD",
                    WORKS,
                    "declare c scroll cursor without hold for select 'with hold'",
                    "fetch first from c"),
            texts(
                    PREPARED_STATEMENT,
                    "PREPARE, EXECUTE, DEALLOCATE",
                    MOVES,
                    "prepare find (int) as select $1 + 1",
                    "execute find(41)",
                    "execute find(1)",
                    "deallocate prepare find",
                    "execute find(1)"),
            transaction(PREPARED_STATEMENT, "PREPARE in the middle", REFUSED, "select 1", "prepare find as select 1"),
            MatrixRow.of(EXTENSION_STATE, "connections of dblink are gone with the session", MOVES, player -> {
                player.execute(
                        "select dblink_connect('other', '" + StateTexts.server() + "')",
                        "select dblink_get_connections()");
                player.reborrow();
                player.execute("select dblink_get_connections()");
            }),
            texts(
                    RANDOM_SEED,
                    "setseed and random",
                    MOVES,
                    "select setseed(0.25)",
                    "select random()",
                    "select random()"),
        };
    }

    private static MatrixRow[] sequences() {
        return new MatrixRow[] {
            texts(SEQUENCE_STATE, "currval", REFUSED, "SELECT currval('job_id_seq')")
                    .example("SELECT currval('job_id_seq')")
                    .inOneTransaction(),
            texts(SEQUENCE_STATE, "lastval", REFUSED, "SELECT lastval()")
                    .example("SELECT lastval()")
                    .inOneTransaction(),
            transaction(
                            SEQUENCE_STATE,
                            "currval in the transaction of nextval",
                            WORKS,
                            "select nextval('job_id_seq')",
                            "select currval('job_id_seq'), lastval()")
                    .before("alter sequence job_id_seq restart"),
            transaction(
                            SEQUENCE_STATE,
                            "lastval after an insert",
                            WORKS,
                            "insert into things (name) values ('x')",
                            "select lastval(), currval('things_id_seq')",
                            "delete from things")
                    .before("alter sequence things_id_seq restart"),
            texts(
                            SEQUENCE_STATE,
                            "currval in one text with nextval",
                            WORKS,
                            "select nextval('job_id_seq'); select currval('job_id_seq')",
                            "select 1")
                    .before("alter sequence job_id_seq restart"),
            MatrixRow.of(SEQUENCE_STATE, "currval in a later transaction", REFUSED, player -> {
                        player.execute("select 1", "select nextval('job_id_seq')", "select currval('job_id_seq')");
                    })
                    .before("alter sequence job_id_seq restart"),
            MatrixRow.of(
                            SEQUENCE_STATE,
                            "currval in a later transaction, not as its first statement",
                            REFUSED,
                            player -> {
                                player.autoCommit(false);
                                player.execute("select nextval('job_id_seq')");
                                player.commit();
                                player.execute("select 'first'", "select currval('job_id_seq')");
                                player.commit();
                            })
                    .before("alter sequence job_id_seq restart"),
            texts(
                            SEQUENCE_STATE,
                            "setval and nextval",
                            WORKS,
                            "select setval('job_id_seq', 7)",
                            "select nextval('job_id_seq')",
                            "insert into things (name) values ('x') returning id",
                            "delete from things")
                    .before("alter sequence job_id_seq restart", "alter sequence things_id_seq restart"),
        };
    }
}
