package com.scrapersky.session.doctor.internal.examine;

import com.scrapersky.session.doctor.internal.report.FindingKind;
import com.scrapersky.session.doctor.internal.report.Report;
import com.scrapersky.session.doctor.internal.report.Section;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.TimeZone;

/** The server behind it all: version, role, limits, clock and the settings in force. Three selects. */
final class Server {

    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);
    /** The oldest major version with community support (postgresql.org/support/versioning, November 2026). */
    private static final int OLDEST_SUPPORTED = 15;

    private static final String ABOUT = """
            select current_setting('server_version') as version,
                   current_setting('server_version_num')::int / 10000 as major,
                   pg_is_in_recovery() as replica,
                   current_user as role,
                   r.rolsuper, r.rolbypassrls, r.rolconnlimit,
                   pg_has_role(d.datdba, 'member') as owner,
                   d.datconnlimit,
                   current_setting('max_connections')::int as max_connections,
                   current_setting('superuser_reserved_connections')::int
                     + coalesce(current_setting('reserved_connections', true)::int, 0) as reserved,
                   (select count(*) from pg_stat_activity where datid is not null) as used,
                   extract(epoch from clock_timestamp()) as clock,
                   current_setting('TimeZone') as zone,
                   current_setting('default_transaction_read_only') as read_only,
                   current_setting('server_encoding') as encoding
              from pg_roles r, pg_database d
             where r.rolname = current_user and d.datname = current_database()
            """;

    /** Those that somebody has set and that decide how a program's statements run. */
    private static final String SETTINGS = """
            select name, current_setting(name) as value, source
              from pg_settings
             where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout',
                            'idle_session_timeout', 'transaction_timeout', 'default_transaction_isolation',
                            'default_transaction_read_only', 'search_path', 'TimeZone', 'row_security', 'work_mem')
               and (source <> 'default' or name in ('statement_timeout', 'idle_in_transaction_session_timeout'))
             order by name
            """;

    private final InstantSource clock;
    private final Report report;

    private Server(InstantSource clock, Report report) {
        this.clock = clock;
        this.report = report;
    }

    /**
     * How many connections there can be.
     *
     * @param role the role's or the database's own limit, or -1
     */
    record Limits(int maximum, int reserved, int used, int role) {}

    static Limits examine(Connection connection, InstantSource clock, Report report) throws SQLException {
        Server server = new Server(clock, report);
        try (Statement statement = connection.createStatement()) {
            Limits limits;
            long before = System.nanoTime();
            try (ResultSet about = statement.executeQuery(ABOUT)) {
                Duration took = Duration.ofNanos(System.nanoTime() - before);
                about.next();
                limits = server.read(about, took);
            }
            try (ResultSet settings = statement.executeQuery(SETTINGS)) {
                server.readSettings(settings);
            }
            return limits;
        }
    }

    private Limits read(ResultSet about, Duration took) throws SQLException {
        Section section = report.section("Server");
        section.fact("version", "PostgreSQL " + about.getString("version"));
        if (about.getInt("major") < OLDEST_SUPPORTED) {
            report.add(FindingKind.SERVER_OLD, "PostgreSQL " + about.getString("version"));
        }
        boolean replica = about.getBoolean("replica");
        section.fact("is", replica ? "a replica, read-only" : "the primary");
        if (replica) {
            report.add(FindingKind.REPLICA, "pg_is_in_recovery() is true");
        } else if (about.getString("read_only").equals("on")) {
            report.add(FindingKind.READ_ONLY_DEFAULT, "default_transaction_read_only is on");
        }
        role(about, section);
        int maximum = about.getInt("max_connections");
        int reserved = about.getInt("reserved");
        int used = about.getInt("used");
        int limit = limit(about.getInt("rolconnlimit"), about.getInt("datconnlimit"));
        section.fact(
                "connections",
                used + " of " + maximum + " in use; " + reserved + " of the " + maximum
                        + " are reserved (superuser_reserved_connections, reserved_connections)"
                        + (limit < 0 ? "" : "; this role and database may have " + limit));
        if (used >= (maximum - reserved) * 0.9) {
            report.add(FindingKind.CONNECTIONS_NEARLY_USED, used + " of " + (maximum - reserved) + " are in use");
        }
        clock(about, took, section);
        section.fact("encoding", about.getString("encoding"));
        return new Limits(maximum, reserved, used, limit);
    }

    private void role(ResultSet about, Section section) throws SQLException {
        String role = about.getString("role");
        boolean superuser = about.getBoolean("rolsuper");
        boolean bypasses = about.getBoolean("rolbypassrls");
        String owner = about.getBoolean("owner") && !superuser ? ", owner of the database" : "";
        section.fact(
                "role", role + (superuser ? ", a superuser" : bypasses ? ", bypasses row-level security" : "") + owner);
        if (superuser) {
            report.add(FindingKind.ROLE_SUPERUSER, "the role is " + role);
        } else if (bypasses) {
            report.add(FindingKind.ROLE_BYPASSES_ROW_SECURITY, "the role is " + role);
        }
    }

    private static int limit(int role, int database) {
        return role < 0 ? database : database < 0 ? role : Math.min(role, database);
    }

    private void clock(ResultSet about, Duration took, Section section) throws SQLException {
        Instant here = clock.instant();
        Instant there = Instant.ofEpochMilli((long) (about.getDouble("clock") * 1000));
        Duration apart = Duration.between(there, here).abs();
        boolean differs = apart.minus(took).compareTo(CLOCK_TOLERANCE) > 0;
        section.fact(
                "clock", differs ? apart.toSeconds() + " s apart from this machine's" : "the same as this machine's");
        if (differs) {
            report.add(FindingKind.CLOCK_DIFFERS, apart.toSeconds() + " s apart");
        }
        String zone = about.getString("zone");
        String own = TimeZone.getDefault().getID();
        section.fact(
                "time zone", zone + (zone.equals(own) ? ", as this program asked" : "; this program asked for " + own));
        if (!zone.equals(own)) {
            report.add(FindingKind.TIME_ZONE_DIFFERS, "the session has " + zone + ", this program asked for " + own);
        }
    }

    private void readSettings(ResultSet settings) throws SQLException {
        Section section = report.section("Settings in force");
        while (settings.next()) {
            String name = settings.getString("name");
            String value = settings.getString("value");
            section.fact(name, (value.isEmpty() ? "''" : value) + " (" + origin(settings.getString("source")) + ")");
            if (name.equals("statement_timeout") && value.equals("0")) {
                report.add(FindingKind.NO_STATEMENT_TIMEOUT, "statement_timeout is 0");
            } else if (name.equals("idle_in_transaction_session_timeout") && value.equals("0")) {
                report.add(FindingKind.NO_IDLE_TRANSACTION_TIMEOUT, "idle_in_transaction_session_timeout is 0");
            }
        }
    }

    private static String origin(String source) {
        return switch (source) {
            case "default" -> "PostgreSQL's default";
            case "configuration file" -> "the server's configuration";
            case "database" -> "ALTER DATABASE";
            case "user" -> "ALTER ROLE";
            case "database user" -> "ALTER ROLE IN DATABASE";
            case "client" -> "the client, at login";
            case "session" -> "SET, in this session or by the pooler";
            default -> source;
        };
    }
}
