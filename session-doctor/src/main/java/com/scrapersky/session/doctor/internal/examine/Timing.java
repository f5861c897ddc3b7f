package com.scrapersky.session.doctor.internal.examine;

import com.scrapersky.session.doctor.internal.report.FindingKind;
import com.scrapersky.session.doctor.internal.report.Report;
import com.scrapersky.session.doctor.internal.report.Section;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;

/** How long a round trip takes, and how many of them things cost: counted at the socket. */
final class Timing {

    private static final int SAMPLES = 7;
    private static final Duration SLOW = Duration.ofMillis(25);

    private Timing() {}

    static void examine(Connection connection, Duration connect, int connectTrips, Report report) throws SQLException {
        Section section = report.section("Round trips");
        section.fact("connect", connectTrips + " round trips, " + Times.shown(connect));
        long[] times = new long[SAMPLES];
        int statementTrips = 0;
        try (Statement statement = connection.createStatement()) {
            for (int i = 0; i < SAMPLES; i++) {
                int before = CountingSocketFactory.roundTrips();
                long start = System.nanoTime();
                select(statement);
                times[i] = System.nanoTime() - start;
                statementTrips = CountingSocketFactory.roundTrips() - before;
            }
            Arrays.sort(times);
            Duration median = Duration.ofNanos(times[SAMPLES / 2]);
            section.fact(
                    "statement",
                    statementTrips + (statementTrips == 1 ? " round trip, " : " round trips, ") + Times.shown(median)
                            + " (the median of " + SAMPLES + ")");
            int before = CountingSocketFactory.roundTrips();
            connection.setAutoCommit(false);
            select(statement);
            connection.rollback();
            connection.setAutoCommit(true);
            section.fact(
                    "transaction",
                    (CountingSocketFactory.roundTrips() - before) + " round trips with one statement in it");
            if (median.compareTo(SLOW) > 0) {
                report.add(FindingKind.SLOW_ROUND_TRIP, Times.shown(median));
            }
        }
    }

    private static void select(Statement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery("select 1")) {
            result.next();
        }
    }
}
