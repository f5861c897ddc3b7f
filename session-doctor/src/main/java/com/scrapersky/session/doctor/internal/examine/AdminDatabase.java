package com.scrapersky.session.doctor.internal.examine;

import com.scrapersky.session.PoolerProfile.Pooler;
import com.scrapersky.session.doctor.internal.report.Report;
import com.scrapersky.session.doctor.internal.report.Section;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * PgBouncer's own word on its limits: its database {@code pgbouncer}, for roles of {@code admin_users} and, newer than 1.18, of
 * {@code stats_users}. It is one more login, so it is asked only by those who want that. Only SHOW is sent.
 */
final class AdminDatabase {

    private static final String NAME = "pgbouncer";

    private AdminDatabase() {}

    /** Tells the limits; gives how many backends this database and role may have at once, where that is known. */
    static OptionalInt examine(Target target, Reached reached, String sslmode, Pooler pooler, Report report) {
        Section section = report.section("The pooler's limits");
        if (pooler != Pooler.PGBOUNCER && pooler != Pooler.UNKNOWN) {
            section.fact("not asked", "only PgBouncer has a database that tells them; this is " + pooler.title());
            return OptionalInt.empty();
        }
        try (Connection connection = Login.openAdminDatabase(target, reached, sslmode, NAME);
                Statement statement = connection.createStatement()) {
            return read(statement, target.url().database(), section);
        } catch (SQLException refused) {
            section.fact(
                    "not told",
                    String.valueOf(refused.getMessage()).lines().findFirst().orElse("")
                            + " (PgBouncer tells its admin_users, newer versions its stats_users, too)");
            return OptionalInt.empty();
        }
    }

    private static OptionalInt read(Statement statement, String database, Section section) throws SQLException {
        Map<String, String> version = row(statement, "SHOW VERSION", row -> true);
        section.fact("version", version.getOrDefault("version", ""));
        Map<String, String> own = row(statement, "SHOW DATABASES", row -> database.equals(row.get("name")));
        Map<String, String> settings = settings(statement);
        String size = own.getOrDefault("pool_size", settings.getOrDefault("default_pool_size", "unknown"));
        section.fact("pool_size", size + " backends for this database and each role");
        section.fact("pool_mode", own.getOrDefault("pool_mode", settings.getOrDefault("pool_mode", "unknown")));
        section.fact("max_client_conn", settings.getOrDefault("max_client_conn", "unknown") + " clients in all");
        section.fact("query_wait_timeout", settings.getOrDefault("query_wait_timeout", "unknown") + " s");
        section.fact(
                "max_prepared_statements", settings.getOrDefault("max_prepared_statements", "unknown to this version"));
        Map<String, String> pool = row(statement, "SHOW POOLS", row -> database.equals(row.get("database")));
        if (!pool.isEmpty()) {
            section.fact(
                    "now",
                    pool.getOrDefault("cl_active", "?") + " clients served, " + pool.getOrDefault("cl_waiting", "?")
                            + " waiting");
        }
        return size.matches("[1-9][0-9]{0,5}") ? OptionalInt.of(Integer.parseInt(size)) : OptionalInt.empty();
    }

    private static Map<String, String> settings(Statement statement) throws SQLException {
        Map<String, String> settings = new HashMap<>();
        try (ResultSet rows = statement.executeQuery("SHOW CONFIG")) {
            while (rows.next()) {
                settings.put(rows.getString("key"), rows.getString("value"));
            }
        }
        return settings;
    }

    /** The first that is wanted, by the names of its columns, those without a value left out; empty where there is none. */
    private static Map<String, String> row(Statement statement, String command, Predicate<Map<String, String>> wanted)
            throws SQLException {
        try (ResultSet rows = statement.executeQuery(command)) {
            while (rows.next()) {
                Map<String, String> row = new HashMap<>();
                for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                    String value = rows.getString(column);
                    if (value != null) {
                        row.put(rows.getMetaData().getColumnLabel(column), value);
                    }
                }
                if (wanted.test(row)) {
                    return row;
                }
            }
            return Map.of();
        }
    }
}
