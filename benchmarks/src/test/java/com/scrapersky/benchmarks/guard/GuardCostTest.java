package com.scrapersky.benchmarks.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.benchmarks.fake.FakeTexts;
import com.scrapersky.benchmarks.measure.Reading;
import com.scrapersky.benchmarks.measure.SideBySide;
import com.scrapersky.benchmarks.measure.Subject;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.PoolerProfile;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.RoundTrips;
import com.scrapersky.session.testkit.TransactionPooler;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What the guard costs where it has nothing to do, by what can be counted exactly. {@link GuardCost} measures the time. */
class GuardCostTest {

    /** A connection, its session, a prepared statement, its rows: 32 + 48 + 64 + 24 bytes. */
    private static final double FOUR_WRAPPERS = 168;

    /** A prepared statement and a statement. */
    private static final double TWO_MORE = 112;

    @Test
    void aKnownTextCostsFourWrappersAndNothingElse() throws Exception {
        try (HikariDataSource plain = FakePools.plain();
                DatabaseSessionFactory factory = FakePools.guarded()) {
            DataSource guarded = factory.dataSource();
            SideBySide run = new SideBySide(List.of(
                            new Subject("plain", () -> OneRow.read(plain, FakeTexts.ONE, 1)),
                            new Subject("guarded", () -> OneRow.read(guarded, FakeTexts.ONE, 1))))
                    .warmUp(4, 10_000)
                    .run(9, 1_000);
            double more = run.of("guarded", Reading::bytes).median()
                    - run.of("plain", Reading::bytes).median();
            assertThat(more).as("bytes for each operation").isLessThanOrEqualTo(FOUR_WRAPPERS);
        }
    }

    /** What a program does that sets role and claims by hand, as it would on a direct connection. */
    @Test
    void settingsOfATransactionCostTheWrappersOfTheirStatementsAndNothingElse() throws Exception {
        try (HikariDataSource plain = FakePools.plain();
                DatabaseSessionFactory factory = FakePools.guarded()) {
            DataSource guarded = factory.dataSource();
            SideBySide run = new SideBySide(List.of(
                            new Subject("plain", () -> inContext(plain)),
                            new Subject("guarded", () -> inContext(guarded))))
                    .warmUp(10, 10_000)
                    .run(9, 1_000);
            double more = run.of("guarded", Reading::bytes).median()
                    - run.of("plain", Reading::bytes).median();
            assertThat(more).as("bytes for each operation").isLessThanOrEqualTo(FOUR_WRAPPERS + TWO_MORE);
        }
    }

    private static String inContext(DataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(
                    "select set_config('role', ?, true), set_config('request.jwt.claims', ?, true)")) {
                statement.setString(1, "reader");
                statement.setString(2, "{}");
                statement.execute();
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute("set local statement_timeout = '5s'");
            }
            String name = OneRow.read(connection, FakeTexts.ONE, 1);
            connection.commit();
            return name;
        }
    }

    @Test
    void aKnownTextCostsNoRoundTripAndNoQuery() throws Exception {
        try (PostgresLab postgres = PostgresLab.start();
                TransactionPooler pooler =
                        TransactionPooler.pgBouncer118(postgres.url()).start();
                DatabaseSessionFactory factory = DatabaseSessionFactory.builder(pooler.url())
                        .pooler(PoolerProfile.pgBouncerTransaction())
                        .maximumPoolSize(1)
                        .build()) {
            DataSource guarded = factory.dataSource();
            String sql = "select ?, current_user::text";
            OneRow.read(guarded, sql, 1);
            long executes = pooler.counters().executes();
            assertThat(RoundTrips.of(pooler, () -> OneRow.read(guarded, sql, 2)))
                    .isEqualTo(1);
            assertThat(pooler.counters().executes() - executes).isEqualTo(1);
        }
    }
}
