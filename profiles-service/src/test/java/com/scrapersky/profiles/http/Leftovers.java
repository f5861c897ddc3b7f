package com.scrapersky.profiles.http;

import com.scrapersky.profiles.Labs;
import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a client left behind on the backends of a pooler, for the next one to stumble over. */
final class Leftovers {

    private static final String LEFT = "select 'statement ' || name from pg_prepared_statements"
            + " union all select 'cursor ' || name from pg_cursors"
            + " union all select 'setting ' || name || ' = ' || setting from pg_settings"
            + "   where source = 'session' and name not in ('application_name', 'client_encoding', 'DateStyle',"
            + "   'TimeZone', 'standard_conforming_strings', 'extra_float_digits', 'IntervalStyle', 'search_path')"
            + " union all select 'search_path ' || setting from pg_settings"
            + "   where name = 'search_path' and setting <> '\"$user\", public'"
            + " union all select 'role ' || current_user where current_user <> session_user"
            + " union all select 'lock ' || objid from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()";

    private Leftovers() {}

    static List<String> of(PgBouncerVersion version) throws SQLException {
        PgBouncerLab pooler = Labs.pooler(version);
        List<String> found = new ArrayList<>();
        // The simple protocol, so that looking leaves nothing either.
        try (Backends backends = Backends.of(pooler);
                Connection look = pooler.connect(Map.of("preferQueryMode", "simple", "assumeMinServerVersion", "12"))) {
            backends.onEach(() -> {
                try (Statement statement = look.createStatement();
                        ResultSet rows = statement.executeQuery(LEFT)) {
                    while (rows.next()) {
                        found.add(rows.getString(1));
                    }
                }
            });
        }
        return found;
    }
}
