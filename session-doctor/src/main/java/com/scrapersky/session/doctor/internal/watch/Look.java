package com.scrapersky.session.doctor.internal.watch;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * What one select sees: what goes on in the database, and what lies on the backend that happened to run it.
 *
 * @param backend the backend that ran the select
 * @param backends of this database, with that one
 * @param waiting those that wait for a lock
 * @param longest seconds since the oldest transaction began
 * @param idle seconds for which the oldest idle transaction has said nothing
 * @param left what somebody left on the backend
 */
record Look(
        int backend,
        int backends,
        int active,
        int idleInTransaction,
        int waiting,
        double longest,
        double idle,
        List<String> left) {

    /** Settings that poolers set anew for each client are left out: they are nobody's leavings. */
    private static final String SELECT = """
            select pg_backend_pid(),
                   count(*),
                   count(*) filter (where state = 'active'),
                   count(*) filter (where state like 'idle in transaction%'),
                   count(*) filter (where wait_event_type = 'Lock'),
                   coalesce(max(extract(epoch from clock_timestamp() - xact_start)) filter (where pid <> pg_backend_pid()), 0),
                   coalesce(max(extract(epoch from clock_timestamp() - state_change))
                     filter (where state like 'idle in transaction%'), 0),
                   (select string_agg(name || '=' || setting, ', ' order by name) from pg_settings
                     where source = 'session'
                       and name not in ('client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings',
                                        'application_name', 'IntervalStyle', 'extra_float_digits', 'search_path')),
                   (select setting from pg_settings where name = 'search_path' and source = 'session'),
                   (select count(*) from pg_prepared_statements),
                   (select string_agg(c, ', ' order by c) from pg_listening_channels() c),
                   (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()),
                   (select count(*) from pg_class where relnamespace = pg_my_temp_schema()),
                   (select count(*) from pg_cursors where is_holdable),
                   case when current_user <> session_user then current_user::text end
              from pg_stat_activity
             where datname = current_database()
            """;

    static Look from(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SELECT)) {
            row.next();
            List<String> left = new ArrayList<>();
            String settings = row.getString(8);
            String path = row.getString(9);
            String channels = row.getString(11);
            String role = row.getString(15);
            if (settings != null) {
                left.add(settings);
            }
            if (path != null) {
                left.add("search_path=" + path);
            }
            count(left, row.getInt(10), "prepared statement");
            if (channels != null) {
                left.add("listens to " + channels);
            }
            count(left, row.getInt(12), "advisory lock");
            count(left, row.getInt(13), "temporary object");
            count(left, row.getInt(14), "cursor WITH HOLD");
            if (role != null) {
                left.add("acts as " + role);
            }
            return new Look(
                    row.getInt(1),
                    row.getInt(2),
                    row.getInt(3),
                    row.getInt(4),
                    row.getInt(5),
                    row.getDouble(6),
                    row.getDouble(7),
                    List.copyOf(left));
        }
    }

    private static void count(List<String> left, int number, String what) {
        if (number > 0) {
            left.add(number + " " + what + (number == 1 ? "" : "s"));
        }
    }
}
