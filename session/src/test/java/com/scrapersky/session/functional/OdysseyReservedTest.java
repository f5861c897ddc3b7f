package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Pipeline;
import com.scrapersky.session.PoolerProfile.StatementMode;
import com.scrapersky.session.Result;
import com.scrapersky.session.SessionContext;
import com.scrapersky.session.StatementCancelledException;
import com.scrapersky.session.testkit.OdysseyLab;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Behind Odyssey 1.5 with {@code pool_reserve_prepared_statement}, its default, which does not answer a client any more that sent
 * several statements together of which one before the last failed (OdysseyReservedStatementsTest of the testkit).
 */
class OdysseyReservedTest {

    /** A connection that is not answered fails by its name instead of holding the test up. */
    private static final String IMPATIENT = "?socketTimeout=20";

    private static final int UNTIL_NAMED = 12;

    @BeforeAll
    static void table() {
        Route.postgres()
                .execute(
                        "create table if not exists odyssey_reserved (n int primary key)",
                        "grant all on odyssey_reserved to public");
    }

    private static OdysseyLab odyssey(boolean reserved, int backends) {
        return OdysseyLab.builder(Route.postgres())
                .poolSize(backends)
                .discard(false)
                .reservePreparedStatements(reserved)
                .start();
    }

    private static DatabaseSessionFactory open(OdysseyLab pooler, int connections) {
        return DatabaseSessionFactory.builder(pooler.url() + IMPATIENT)
                .maximumPoolSize(connections)
                .build();
    }

    /** So often that its connections have been asked, and name what they execute. */
    private static void warm(DatabaseSessionFactory sessions) {
        for (int i = 0; i < UNTIL_NAMED; i++) {
            assertThat(rows(sessions)).isZero();
        }
    }

    private static int rows(DatabaseSessionFactory sessions) {
        return sessions.sql("select count(*)::int from odyssey_reserved").single(Integer.class);
    }

    /** More failures than there are backends and connections: one that is kept, or not answered, would be missed. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pipelinesThatFailLoseNoConnection(boolean warm) {
        try (OdysseyLab pooler = odyssey(true, 2);
                DatabaseSessionFactory sessions = open(pooler, 2)) {
            if (warm) {
                warm(sessions);
            }
            for (int round = 0; round < 6; round++) {
                Pipeline pipeline = sessions.pipeline();
                pipeline.sql("insert into odyssey_reserved values (:n)")
                        .param("n", round)
                        .update();
                pipeline.sql("select 1 / (:n - 1)").param("n", 1).row();
                pipeline.sql("select 'skipped " + round + "'").row();
                assertThatThrownBy(pipeline::execute).hasMessageContaining("statement 2 of 3");
                assertThat(rows(sessions)).isZero();
                String text = "select 'skipped " + round + "'";
                assertThat(sessions.sql(text).single(String.class)).isEqualTo("skipped " + round);
            }
            assertThat(sessions.statistics().poolerErrors().values()).containsOnly(0L);
        }
    }

    @Test
    void pipelinesOfASessionFailInItsTransaction() {
        try (OdysseyLab pooler = odyssey(true, 2);
                DatabaseSessionFactory sessions = open(pooler, 2)) {
            warm(sessions);
            for (int round = 0; round < 6; round++) {
                try (DatabaseSession session = sessions.openSession()) {
                    session.sql("insert into odyssey_reserved values (:n)")
                            .param("n", round)
                            .update();
                    Pipeline pipeline = session.pipeline();
                    pipeline.sql("select 1 / (:n - 1)").param("n", 1).row();
                    pipeline.sql("select 'skipped in a session'").row();
                    assertThatThrownBy(pipeline::execute).hasMessageContaining("statement 1 of 2");
                    session.rollback();
                }
                assertThat(rows(sessions)).isZero();
            }
        }
    }

    /** The price: a flush for each text instead of one for all, and one for the COMMIT. */
    @Test
    void textsOfAPipelineGoOneByOneAndExecutionsOfOneTextTogether() throws Exception {
        AtomicInteger flushes = new AtomicInteger();
        try (OdysseyLab pooler = odyssey(true, 2);
                Relay counting = new Relay(pooler.port(), to -> new ReadyCount(to, flushes));
                DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                                pooler.url().replace(":" + pooler.port() + "/", ":" + counting.port() + "/")
                                        + IMPATIENT)
                        .maximumPoolSize(1)
                        .build()) {
            warm(sessions);
            for (int i = 0; i < UNTIL_NAMED; i++) {
                execute(sessions);
            }
            int before = flushes.get();
            execute(sessions);
            assertThat(flushes.get() - before).isEqualTo(4);
        } finally {
            Route.postgres().execute("delete from odyssey_reserved");
        }
    }

    private static void execute(DatabaseSessionFactory sessions) {
        Pipeline pipeline = sessions.pipeline();
        pipeline.sql("select 'one'").row();
        pipeline.sql("insert into odyssey_reserved values (:n) on conflict do nothing")
                .batch(List.of(new Number(1), new Number(2), new Number(3)));
        pipeline.sql("select 'two'").row();
        pipeline.execute();
    }

    /** A row. */
    public record Number(int n) {}

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBatchOfTextsThatFailsLosesNoConnection(boolean transaction) throws Exception {
        try (OdysseyLab pooler = odyssey(true, 2);
                DatabaseSessionFactory sessions = open(pooler, 2)) {
            warm(sessions);
            for (int round = 0; round < 6; round++) {
                try (Connection connection = sessions.dataSource().getConnection();
                        Statement statement = connection.createStatement()) {
                    connection.setAutoCommit(!transaction);
                    statement.addBatch("insert into odyssey_reserved values (" + round + ")");
                    statement.addBatch("insert into odyssey_reserved values (" + round + ")");
                    statement.addBatch("insert into odyssey_reserved values (-1 - " + round + ")");
                    var failed = catchThrowableOfType(BatchUpdateException.class, statement::executeBatch);
                    assertThat(failed.getSQLState()).isEqualTo("23505");
                    if (transaction) {
                        connection.rollback();
                    }
                }
                assertThat(rows(sessions)).isZero();
            }
        }
    }

    /** What cannot go one by one: the connection is asked for an answer, and given up where none comes. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTextOfSeveralStatementsThatFailsCostsItsConnectionAtTheMost(boolean prepared) throws Exception {
        try (OdysseyLab pooler = odyssey(true, 4);
                DatabaseSessionFactory sessions = open(pooler, 2)) {
            warm(sessions);
            String text = "insert into odyssey_reserved values (1); select 1/0; select 'skipped'";
            try (Connection connection = sessions.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                SQLException failed;
                if (prepared) {
                    PreparedStatement statement = connection.prepareStatement(text);
                    failed = catchThrowableOfType(SQLException.class, statement::execute);
                } else {
                    Statement statement = connection.createStatement();
                    failed = catchThrowableOfType(SQLException.class, () -> statement.execute(text));
                }
                assertThat(failed.getSQLState()).isEqualTo("22012");
                // The program's clean-up must not hide its error.
                connection.rollback();
            }
            assertThat(rows(sessions)).isZero();
        }
    }

    /** A failed transaction answers by a refusal: it goes on, and its end is the program's. */
    @Test
    void aFailedTransactionThatIsAnsweredGoesOn() throws Exception {
        try (OdysseyLab pooler = odyssey(true, 2);
                DatabaseSessionFactory sessions = open(pooler, 1)) {
            warm(sessions);
            for (int round = 0; round < 3; round++) {
                try (Connection connection = sessions.dataSource().getConnection();
                        Statement statement = connection.createStatement()) {
                    connection.setAutoCommit(false);
                    Savepoint savepoint = connection.setSavepoint();
                    assertThatThrownBy(() -> statement.execute(
                                    "insert into odyssey_reserved values (1); insert into odyssey_reserved values (1)"))
                            .hasMessageContaining("duplicate key");
                    connection.rollback(savepoint);
                    statement.execute("insert into odyssey_reserved values (2)");
                    connection.rollback();
                    connection.setAutoCommit(true);
                    assertThat(connection.isClosed()).isFalse();
                    assertThat(connection.getNetworkTimeout()).isEqualTo(20_000);
                }
                assertThat(rows(sessions)).isZero();
            }
        }
    }

    /** Settings and a statement are sent together; where the last of them fails nothing was skipped. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSessionWithSettingsFailsAndGoesOn(boolean transaction) throws Exception {
        try (OdysseyLab pooler = odyssey(true, 3);
                DatabaseSessionFactory sessions = open(pooler, 1)) {
            warm(sessions);
            for (int round = 0; round < 4; round++) {
                try (Connection connection = sessions.dataSource().getConnection();
                        Statement statement = connection.createStatement()) {
                    statement.execute("set statement_timeout = '17s'");
                    connection.setAutoCommit(!transaction);
                    String text = "select 1/0 as round_" + round;
                    assertThatThrownBy(() -> statement.execute(text)).hasMessageContaining("division by zero");
                    if (transaction) {
                        connection.rollback();
                    }
                    connection.setAutoCommit(true);
                    assertThat(connection.isClosed()).isFalse();
                    try (ResultSet row = statement.executeQuery("show statement_timeout")) {
                        row.next();
                        assertThat(row.getString(1)).isEqualTo("17s");
                    }
                }
                assertThat(rows(sessions)).isZero();
            }
        }
    }

    /** A COMMIT that the server skips would be refused to all clients of that backend. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStatementThatFailsBehindSettingsLeavesNoCommitUnparsed(boolean prepared) throws Exception {
        try (OdysseyLab pooler = odyssey(true, 1);
                DatabaseSessionFactory sessions = open(pooler, 1)) {
            int known = sessions.sql("select pg_backend_pid()").single(Integer.class);
            Route.postgres().execute("select pg_terminate_backend(" + known + ", 10000)");
            try (Connection connection = sessions.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("set statement_timeout = '17s'");
                if (prepared) {
                    PreparedStatement division = connection.prepareStatement("select 1 / ?");
                    division.setInt(1, 0);
                    assertThatThrownBy(division::execute).hasMessageContaining("division by zero");
                } else {
                    assertThatThrownBy(() -> statement.execute("select 1/0")).hasMessageContaining("division by zero");
                }
                assertThat(connection.isClosed()).isFalse();
                statement.execute("select 1");
            }
            try (Connection other =
                            DriverManager.getConnection(pooler.jdbcUrl() + "&prepareThreshold=0&socketTimeout=20");
                    Statement statement = other.createStatement()) {
                other.setAutoCommit(false);
                statement.execute("select 1");
                other.commit();
            }
        }
    }

    /** Wrong settings in front of the statement, which the server then skips. */
    @Test
    void settingsThatAreRefusedCostTheirConnectionAtTheMost() {
        try (OdysseyLab pooler = odyssey(true, 4);
                DatabaseSessionFactory sessions = open(pooler, 1)) {
            warm(sessions);
            SessionContext wrong =
                    SessionContext.builder().setting("datestyle", "wrong").build();
            assertThatThrownBy(() -> sessions.withContext(wrong)
                            .sql("select 'behind settings'")
                            .row())
                    .hasMessageContaining("invalid value for parameter");
            assertThat(rows(sessions)).isZero();
        }
    }

    /** The number of the transaction is asked for behind the context's settings, each in a flush of its own. */
    @Test
    void aPipelineInAContextIsCommittedAndItsCommitCanBeChecked() {
        SessionContext context =
                SessionContext.builder().setting("app.tenant", "7").build();
        try (OdysseyLab pooler = odyssey(true, 2);
                DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(pooler.url() + IMPATIENT)
                        .commitCheck(Duration.ofSeconds(5))
                        .build()) {
            warm(sessions);
            String tenant = sessions.withContext(context).write(session -> {
                Pipeline pipeline = session.pipeline();
                Result<String> found =
                        pipeline.sql("select current_setting('app.tenant')").single(String.class);
                pipeline.sql("select 'behind it'").row();
                pipeline.execute();
                return found.get();
            });
            assertThat(tenant).isEqualTo("7");
        }
    }

    /** The time is the whole pipeline's, in however many flushes it goes. */
    @Test
    void aPipelineEndsAtItsTimeout() {
        try (OdysseyLab pooler = odyssey(true, 2);
                DatabaseSessionFactory sessions = open(pooler, 1)) {
            warm(sessions);
            Pipeline pipeline = sessions.pipeline().timeout(Duration.ofMillis(600));
            for (int i = 0; i < 30; i++) {
                pipeline.sql("select pg_sleep(0.1), " + i).row();
            }
            assertThatThrownBy(pipeline::execute).isInstanceOf(StatementCancelledException.class);
            assertThat(rows(sessions)).isZero();
        }
    }

    /** Whoever left it there: the text is sent as another one, and nobody sees an error. */
    @Test
    void aStatementThatOdysseyWronglyTakesForPreparedIsExecuted() throws Exception {
        boolean refused = false;
        for (int attempts = 0; attempts < 30 && !refused; attempts++) {
            try (OdysseyLab pooler = OdysseyLab.builder(Route.postgres())
                    .poolSize(1)
                    .reservePreparedStatements(true)
                    .start()) {
                leaveUnparsed(pooler);
                refused = isRefused(pooler);
                if (refused) {
                    try (DatabaseSessionFactory sessions = open(pooler, 1)) {
                        assertThat(sessions.sql("select 'skipped'").single(String.class))
                                .isEqualTo("skipped");
                    }
                    try (DatabaseSessionFactory sessions = open(pooler, 1);
                            Connection connection = sessions.dataSource().getConnection();
                            PreparedStatement statement = connection.prepareStatement("select 'skipped'");
                            ResultSet row = statement.executeQuery()) {
                        assertThat(row.next()).isTrue();
                        assertThat(row.getString(1)).isEqualTo("skipped");
                    }
                }
            }
        }
        assertThat(refused).isTrue();
    }

    private static void leaveUnparsed(OdysseyLab pooler) throws SQLException {
        try (Connection another = DriverManager.getConnection(pooler.jdbcUrl() + "&prepareThreshold=0");
                Statement statement = another.createStatement()) {
            assertThatThrownBy(() -> statement.execute("select 1/0;select 'skipped'"))
                    .isInstanceOf(SQLException.class);
        }
    }

    /** Shown by a plain client; not where the backend does not come back from the one before. */
    private static boolean isRefused(OdysseyLab pooler) {
        try (Connection another =
                        DriverManager.getConnection(pooler.jdbcUrl() + "&prepareThreshold=0&socketTimeout=1");
                Statement statement = another.createStatement()) {
            statement.execute("select 'skipped'");
            return false;
        } catch (SQLException failed) {
            return "26000".equals(failed.getSQLState());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theProfileWarns(boolean reserved) {
        try (OdysseyLab pooler = odyssey(reserved, 2);
                DatabaseSessionFactory sessions = open(pooler, 1)) {
            assertThat(sessions.profile().warnings().stream()
                            .filter(warning -> warning.contains("pool_reserve_prepared_statement no")))
                    .hasSize(reserved ? 1 : 0);
        }
    }

    /** A program that has chosen unnamed statements is not asked, and Odyssey reserves those, too. */
    @Test
    void aFactoryThatDoesNotAskIsAsCareful() {
        try (OdysseyLab pooler = odyssey(true, 2);
                DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(pooler.url() + IMPATIENT)
                        .statementMode(StatementMode.UNNAMED)
                        .build()) {
            for (int round = 0; round < 4; round++) {
                Pipeline pipeline = sessions.pipeline();
                pipeline.sql("select 1 / (:n - 1)").param("n", 1).row();
                pipeline.sql("select 'behind'").row();
                var failed = catchThrowableOfType(DatabaseException.class, pipeline::execute);
                assertThat(failed.sqlState()).hasValue("22012");
                assertThat(rows(sessions)).isZero();
            }
        }
    }
}
