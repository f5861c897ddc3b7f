package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.scrapersky.session.ConnectionException;
import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.TransactionOutcomeUnknownException;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.MustChangeBackend;
import com.scrapersky.session.testkit.TransactionPooler;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lost answer to COMMIT looks the same whether the server got it or not, and is told as such. */
@MustChangeBackend
class CommitTest {

    private static TransactionPooler pooler;
    private static DatabaseSessionFactory sessions;

    @BeforeAll
    static void start() {
        pooler = TransactionPooler.pgBouncer118(Route.postgres().url())
                .poolSize(2)
                // So that all its backends can be held and looked at.
                .handOver(HandOver.LONGEST_IDLE)
                .start();
        sessions =
                DatabaseSessionFactory.builder(pooler.url()).maximumPoolSize(2).build();
    }

    @AfterAll
    static void stop() {
        sessions.close();
        pooler.close();
    }

    @BeforeEach
    void table() {
        Route.postgres().execute("drop table if exists commit_test", "create table commit_test (id int)");
    }

    private static int insert(DatabaseSession session) {
        return session.sql("insert into commit_test values (1)").update();
    }

    private static long rows() {
        return sessions.sql("select count(*) from commit_test").single(Long.class);
    }

    @Test
    void lostBeforeTheServerGotIt() throws Exception {
        try (var fault = pooler.faults().cutBeforeCommit()) {
            var unknown = catchThrowableOfType(
                    TransactionOutcomeUnknownException.class, () -> sessions.write(CommitTest::insert));
            assertThat(unknown.isRetryable()).isFalse();
            assertThat(unknown.neverSent()).isFalse();
            assertThat(unknown.advice()).isPresent();
        }
        assertThat(rows()).isZero();
    }

    @Test
    void lostAfterTheServerGotIt() throws Exception {
        try (var fault = pooler.faults().cutAfterCommit()) {
            var unknown = catchThrowableOfType(
                    TransactionOutcomeUnknownException.class, () -> sessions.write(CommitTest::insert));
            assertThat(unknown.isRetryable()).isFalse();
        }
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void ofAReadItDoesNotMatter() throws Exception {
        try (var fault = pooler.faults().cutAfterCommit()) {
            var lost = catchThrowableOfType(
                    ConnectionException.class,
                    () -> sessions.read(session -> session.sql("select 1").row()));
            assertThat(lost.isRetryable()).isTrue();
        }
        assertThat(rows()).isZero();
    }

    @Test
    void aStatementOnItsOwnMayHaveHadItsEffect() throws Exception {
        try (var fault = pooler.faults().cutAfter("insert into commit_test")) {
            var lost = catchThrowableOfType(
                    ConnectionException.class,
                    () -> sessions.sql("insert into commit_test values (1)").update());
            assertThat(lost.isRetryable()).isFalse();
            assertThat(lost.neverSent()).isFalse();
        }
        assertThat(rows()).as("it had").isEqualTo(1);
    }
}
