package com.scrapersky.profiles;

import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PostgresLab;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.Map;

/** One PostgreSQL and one pooler of each version for all tests of this JVM; they end with it. */
public final class Labs {

    /** Few, so that clients meet on them. */
    public static final int BACKENDS = 3;

    private static final PostgresLab POSTGRES = PostgresLab.start();
    private static final Map<PgBouncerVersion, PgBouncerLab> POOLERS = new EnumMap<>(PgBouncerVersion.class);

    private Labs() {}

    public static PostgresLab postgres() {
        return POSTGRES;
    }

    /** In transaction mode. */
    public static synchronized PgBouncerLab pooler(PgBouncerVersion version) {
        return POOLERS.computeIfAbsent(
                version,
                wanted -> PgBouncerLab.builder(POSTGRES)
                        .version(wanted)
                        .poolSize(BACKENDS)
                        .setting("query_wait_timeout", "3")
                        .start());
    }

    /** What a query past all poolers and policies counts. */
    public static long count(String query) {
        return count(POSTGRES.database(), query);
    }

    /** The same in another database. */
    public static long count(String database, String query) {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://" + POSTGRES.host() + ":" + POSTGRES.port() + "/" + database,
                        POSTGRES.user(),
                        POSTGRES.password());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
