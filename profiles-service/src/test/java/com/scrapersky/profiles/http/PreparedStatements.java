package com.scrapersky.profiles.http;

import com.scrapersky.profiles.Labs;
import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/**
 * What {@code pg_prepared_statements} has on every backend of a pooler, but for the names that PgBouncer gives to statements
 * which it carries from backend to backend.
 */
final class PreparedStatements {

    private PreparedStatements() {}

    static Map<Integer, Integer> countByBackend(PgBouncerVersion version) throws SQLException {
        PgBouncerLab pooler = Labs.pooler(version);
        // The simple protocol, so that looking leaves nothing either.
        try (Backends backends = Backends.of(pooler);
                Connection look = pooler.connect(Map.of("preferQueryMode", "simple", "assumeMinServerVersion", "12"));
                Statement statement = look.createStatement()) {
            return backends.onEach(() -> {
                try (ResultSet rows = statement.executeQuery(
                        "select count(*) from pg_prepared_statements where name not like 'PGBOUNCER\\_%'")) {
                    rows.next();
                    return rows.getInt(1);
                }
            });
        }
    }
}
