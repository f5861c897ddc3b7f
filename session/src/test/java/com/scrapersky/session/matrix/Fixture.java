package com.scrapersky.session.matrix;

import com.scrapersky.session.functional.Route;
import com.scrapersky.session.testkit.PostgresEndpoint;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** What the rows find in the database, made past the poolers. */
final class Fixture {

    /** Names that the server does not list. */
    static final String[] CUSTOM_SETTINGS = {"app.tenant", "app.other", "app.who", "app.a", "app.b"};

    /** For connections of the test's own. */
    static final Map<String, String> UNNAMED = Map.of("prepareThreshold", "0", "assumeMinServerVersion", "12");

    /** The driver's own connections, with nothing but what a factory names itself by. */
    static final Opening STANDARD = new Opening() {
        @Override
        public Opened direct(PostgresEndpoint server) {
            return new Opened(driver(server.jdbcUrl()), null, () -> {});
        }

        @Override
        public Opened pooled(PostgresEndpoint pooler) {
            throw new UnsupportedOperationException("the bench has factories of its own");
        }
    };

    private static @Nullable Connection admin;

    private Fixture() {}

    static DataSource driver(String url) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setURL(url);
        // As the factories do: the name in the startup packet, where RESET finds it; no value in a message; and
        // statements
        // without names, whose results always come as text.
        source.setAssumeMinServerVersion("12");
        source.setLogServerErrorDetail(false);
        source.setPrepareThreshold(0);
        if (!url.contains("ApplicationName=")) {
            source.setApplicationName("sky-session");
        }
        return source;
    }

    static void create() throws SQLException {
        drop();
        List<String> statements = new ArrayList<>(List.of(
                "create extension if not exists pg_trgm",
                "create extension if not exists dblink",
                "create role app_reader",
                "create schema tenant_1",
                "create schema tenant_2",
                "create table tenant_1.things (id serial primary key, name text not null, n int)",
                "create table tenant_2.things (id serial primary key, name text not null, n int)",
                "grant usage on schema tenant_1, tenant_2 to app_reader",
                "grant select on tenant_1.things, tenant_2.things to app_reader",
                "create table t (id int)",
                "create table things (id serial primary key, name text not null, n int)",
                "create sequence job_id_seq",
                "create table preferences (name text, value text)",
                "insert into preferences values ('app.tenant', '7')"));
        statements.addAll(Code.definitions());
        for (String statement : statements) {
            Player.execute(admin(), statement);
        }
    }

    static void drop() throws SQLException {
        Player.execute(
                admin(),
                "drop schema if exists matrix, tenant_1, tenant_2 cascade; drop table if exists t, things, preferences;"
                        + " drop sequence if exists job_id_seq; drop function if exists login_as(text);"
                        + " create schema matrix; drop extension if exists pg_trgm, dblink");
        Player.execute(admin(), "drop role if exists app_reader; drop schema matrix");
    }

    static void prepare(MatrixRow row) throws SQLException {
        for (String statement : row.before()) {
            Player.execute(admin(), statement);
        }
    }

    static Connection admin() throws SQLException {
        if (admin == null || admin.isClosed()) {
            admin = Route.postgres().connect(Map.of("ApplicationName", "sky-matrix-admin"));
        }
        return admin;
    }

    static void close() throws SQLException {
        if (admin != null) {
            drop();
            admin.close();
            admin = null;
        }
    }

    /** One that is left would be found by every row that follows. */
    static void endPrepared() throws SQLException {
        List<String> prepared = new ArrayList<>();
        try (Statement statement = admin().createStatement();
                ResultSet rows = statement.executeQuery("select quote_literal(gid) from pg_prepared_xacts")) {
            while (rows.next()) {
                prepared.add(rows.getString(1));
            }
        }
        for (String name : prepared) {
            Player.execute(admin(), "rollback prepared " + name);
        }
    }

    /** The server ends a session some time after its client has gone. */
    static void awaitNoSessions() throws SQLException {
        while (!leftAtServer().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    /** What a session would keep, whichever it is: those with a backend of their own are not seen through the pooler. */
    static List<String> leftAtServer() throws SQLException {
        List<String> left = new ArrayList<>();
        try (Statement statement = admin().createStatement();
                ResultSet rows = statement.executeQuery(
                        "select 'session advisory lock of ' || pid from pg_locks where locktype = 'advisory'"
                                + " union all select 'temporary ' || relname from pg_class where relpersistence = 't'"
                                + " and relkind in ('r', 'v', 'S')"
                                + " union all select 'prepared transaction ' || gid from pg_prepared_xacts")) {
            while (rows.next()) {
                left.add(rows.getString(1));
            }
        }
        return left;
    }
}
