package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.ErrorClass;
import com.scrapersky.session.SessionContext;
import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionFeatureRefusedException;
import com.scrapersky.session.SessionStatistics;
import com.scrapersky.session.SessionStatistics.Outcome;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.MustChangeBackend;
import com.scrapersky.session.testkit.PoolerError;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a factory tells of what it has done. */
@MustChangeBackend
class StatisticsTest {

    private static SessionContext context() {
        return SessionContext.builder().setting("app.tenant", "7").build();
    }

    private static Map<Outcome, Long> outcomes(long committed, long rolledBack, long failed, long unknown) {
        return Map.of(
                Outcome.COMMITTED, committed,
                Outcome.ROLLED_BACK, rolledBack,
                Outcome.FAILED, failed,
                Outcome.UNKNOWN, unknown);
    }

    private static void ask(Connection connection, int times) throws SQLException {
        for (int i = 0; i < times; i++) {
            try (PreparedStatement statement = connection.prepareStatement("select ?::int")) {
                statement.setInt(1, i);
                statement.executeQuery().close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DIRECT", "PGBOUNCER_1_18", "LIKE_SUPAVISOR"})
    void statementsOfEachWayThereIs(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = route.open()) {
            // Where sessions begin with something the server is asked to judge that first.
            long before = sessions.statistics().unnamedStatements();
            sessions.sql("select 1").row();
            sessions.read(session -> session.sql("select :n::int").param("n", 1).row());
            sessions.pipeline(pipeline -> {
                pipeline.sql("select 1").row();
                return pipeline.sql("select 2").row();
            });
            try (Connection connection = sessions.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                ask(connection, 1);
                statement.execute("select 1");
                statement.execute("set statement_timeout = '10s'");
                statement.executeQuery("select 1").close();
            }
            assertThat(sessions.statistics().unnamedStatements() - before).isEqualTo(8);
            assertThat(sessions.statistics().namedStatements()).isZero();
        }
    }

    @Test
    void namedOnesAreTold() throws Exception {
        try (DatabaseSessionFactory sessions = Route.DIRECT.open();
                Connection connection = sessions.dataSource().getConnection()) {
            ask(connection, 7);
            for (int i = 0; i < 7; i++) {
                sessions.sql("select 'named'").row();
            }
            SessionStatistics statistics = sessions.statistics();
            // The driver names a statement when it is executed for the fifth time.
            assertThat(statistics.namedStatements()).isEqualTo(6);
            assertThat(statistics.unnamedStatements()).isEqualTo(8);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DIRECT", "PGBOUNCER_1_18"})
    void aContextIsAppliedOnceToEachTransaction(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = route.open()) {
            DatabaseSessionFactory tenant = sessions.withContext(context());
            tenant.sql("select 1").row();
            tenant.sql("select :n::int").param("n", 1).row();
            tenant.read(session -> {
                session.sql("select 1").row();
                return session.sql("select 2").row();
            });
            tenant.pipeline(pipeline -> pipeline.sql("select 1").row());
            try (Connection connection = tenant.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                ask(connection, 2);
                connection.commit();
            }
            sessions.sql("select 1").row();
            assertThat(sessions.statistics().contextsApplied()).isEqualTo(5);
            assertThat(sessions.statistics().unnamedStatements()).isEqualTo(8);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DIRECT", "PGBOUNCER_1_18", "LIKE_SUPAVISOR"})
    void transactionsByTheirOutcome(Route route) throws Exception {
        Route.postgres()
                .execute(
                        "drop table if exists statistics_test",
                        "create table statistics_test (id int unique deferrable initially deferred)");
        try (DatabaseSessionFactory sessions = route.open()) {
            sessions.write(session -> "nothing that was executed");
            sessions.sql("select 1").row();
            assertThat(sessions.statistics().transactions()).isEqualTo(outcomes(0, 0, 0, 0));
            sessions.write(session -> session.sql("select 1").row());
            sessions.read(session -> session.sql("select 1").row());
            sessions.pipeline(pipeline -> pipeline.sql("select 1").row());
            try (DatabaseSession session = sessions.openSession()) {
                session.sql("select 1").row();
            }
            assertThatThrownBy(() ->
                            sessions.write(session -> session.sql("select 1/0").row()))
                    .isInstanceOf(DatabaseException.class);
            assertThatThrownBy(
                            () -> sessions.write(session -> session.sql("insert into statistics_test values (1), (1)")
                                    .update()))
                    .isInstanceOf(DatabaseException.class);
            try (Connection connection = sessions.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("select 1");
                connection.commit();
                statement.execute("select 1");
            }
            assertThat(sessions.statistics().transactions()).isEqualTo(outcomes(4, 3, 1, 0));
        }
    }

    @Test
    void transactionsOfTextsAreSeenBehindAPooler() throws Exception {
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_18.open();
                Connection connection = sessions.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("begin");
            statement.execute("select 1");
            statement.execute("commit");
            statement.execute("begin; select 1; rollback");
            assertThat(sessions.statistics().transactions().get(Outcome.COMMITTED))
                    .isEqualTo(1);
        }
    }

    @Test
    void aBackendIsHeldFromTheFirstStatementToTheEnd() {
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_18.open()) {
            sessions.sql("select pg_sleep(0.05)").row();
            assertThat(sessions.statistics().backendHeld()).isZero();
            sessions.read(session -> session.sql("select pg_sleep(0.05)").row());
            Duration held = sessions.statistics().backendHeld();
            assertThat(held).isGreaterThanOrEqualTo(Duration.ofMillis(50));
            sessions.read(session -> session.sql("select pg_sleep(0.05)").row());
            assertThat(sessions.statistics().backendHeld().minus(held)).isGreaterThanOrEqualTo(Duration.ofMillis(50));
        }
    }

    @Test
    void whatPoolersSayAndWhatIsTriedAgain() throws Exception {
        try (TransactionPooler pooler = TransactionPooler.supavisor(
                                Route.postgres().url())
                        .handOver(HandOver.LONGEST_IDLE)
                        .start();
                DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(pooler.url())
                        .maximumPoolSize(1)
                        .build()) {
            PoolerError busy = PoolerError.fatal(
                    "XX000", "(ECHECKOUTTIMEOUT) unable to check out connection from the pool after 60000ms");
            try (var fault = pooler.faults().answer(busy, "select 'busy'")) {
                sessions.sql("select 'busy'").row();
            }
            try (var fault = pooler.faults().answer(busy, "select 'plain'");
                    Connection connection = sessions.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                assertThatThrownBy(() -> statement.execute("select 'plain'")).isInstanceOf(SQLException.class);
            }
            SessionStatistics statistics = sessions.statistics();
            assertThat(statistics.retries()).isEqualTo(Map.of(ErrorClass.NOT_EXECUTED, 1L));
            assertThat(statistics.poolerErrors()).containsEntry("ECHECKOUTTIMEOUT", 2L);
            assertThat(statistics.poolerErrors()).containsEntry("query_wait_timeout", 0L);
        }
    }

    @Test
    void aLostCommitIsOfUnknownOutcome() throws Exception {
        try (TransactionPooler pooler = TransactionPooler.pgBouncer118(
                                Route.postgres().url())
                        .handOver(HandOver.LONGEST_IDLE)
                        .start();
                DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(pooler.url())
                        .maximumPoolSize(1)
                        .build()) {
            try (var fault = pooler.faults().cutBeforeCommit()) {
                assertThatThrownBy(() -> sessions.write(
                                session -> session.sql("select 1").row()))
                        .isInstanceOf(DatabaseException.class);
            }
            assertThat(sessions.statistics().transactions()).isEqualTo(outcomes(0, 0, 0, 1));
        }
    }

    @Test
    void whatIsRefusedAndWhatMoves() throws Exception {
        try (DatabaseSessionFactory refusing = Route.PGBOUNCER_1_18.open();
                Connection connection = refusing.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("listen jobs"))
                    .isInstanceOf(SessionFeatureRefusedException.class);
            assertThat(refusing.statistics().refusals()).isEqualTo(Map.of(SessionFeature.NOTIFICATION, 1L));
            assertThat(refusing.statistics().moves()).isEmpty();
        }
        try (DatabaseSessionFactory moving = DatabaseSessionFactory.builder(
                                Route.PGBOUNCER_1_18.endpoint().url())
                        .sessionUrl(Route.postgres().url())
                        .build();
                Connection connection = moving.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("listen jobs");
            assertThat(moving.statistics().refusals()).isEmpty();
            assertThat(moving.statistics().moves()).isEqualTo(Map.of(SessionFeature.NOTIFICATION, 1L));
        }
    }
}
