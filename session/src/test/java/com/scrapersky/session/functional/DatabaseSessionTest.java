package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.ConstraintViolationException;
import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.SessionUsageException;
import com.scrapersky.session.StatementException;
import com.scrapersky.session.TransactionRolledBackException;
import com.scrapersky.session.testkit.MustChangeBackend;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@MustChangeBackend
class DatabaseSessionTest {

    @BeforeEach
    void table() {
        Route.postgres().execute("drop table if exists session_test", "create table session_test (id int primary key)");
    }

    private static void insert(DatabaseSession session, int id) {
        session.sql("insert into session_test values (:id)").param("id", id).update();
    }

    private static long count(DatabaseSessionFactory sessions) {
        return sessions.sql("select count(*) from session_test").single(Long.class);
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void commitsOrRollsBackWhateverHappens(Route route) {
        try (DatabaseSessionFactory sessions = route.open()) {
            int returned = sessions.write(session -> {
                insert(session, 1);
                return 5;
            });
            assertThat(returned).isEqualTo(5);
            assertThat(count(sessions)).isEqualTo(1);

            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> sessions.write(session -> {
                        insert(session, 2);
                        throw new IOException("checked");
                    }));
            assertThatExceptionOfType(StackOverflowError.class)
                    .isThrownBy(() -> sessions.write(session -> {
                        insert(session, 2);
                        throw new StackOverflowError();
                    }));
            sessions.write(session -> {
                insert(session, 2);
                session.setRollbackOnly();
                assertThat(session.isRollbackOnly()).isTrue();
                return null;
            });
            try (DatabaseSession session = sessions.openSession()) {
                insert(session, 2);
            }
            try (DatabaseSession session = sessions.openSession()) {
                insert(session, 2);
                session.rollback();
            }
            assertThat(count(sessions)).isEqualTo(1);

            try (DatabaseSession session = sessions.openSession()) {
                insert(session, 2);
                session.commit();
            }
            assertThat(count(sessions)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void readsOnlyInRead(Route route) {
        try (DatabaseSessionFactory sessions = route.open()) {
            assertThatThrownBy(() -> sessions.read(session -> {
                        insert(session, 1);
                        return null;
                    }))
                    .isInstanceOfSatisfying(StatementException.class, error -> {
                        assertThat(error.sqlState()).hasValue("25006");
                        assertThat(error.advice())
                                .hasValueSatisfying(advice -> assertThat(advice).contains("write(…)"));
                    });
            // The next transaction of the same connection may write again.
            sessions.write(session -> {
                insert(session, 1);
                return null;
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void commitOfAFailedTransactionIsAnError(Route route) {
        try (DatabaseSessionFactory sessions = route.open()) {
            assertThatThrownBy(() -> sessions.write(session -> {
                        insert(session, 1);
                        assertThatThrownBy(() -> insert(session, 1)).isInstanceOf(ConstraintViolationException.class);
                        return "looks fine";
                    }))
                    .isInstanceOf(TransactionRolledBackException.class)
                    .hasMessageContaining("rolled back, not committed")
                    .hasCauseInstanceOf(ConstraintViolationException.class);
            assertThat(count(sessions)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void savepointsUndoTheirPart(Route route) {
        try (DatabaseSessionFactory sessions = route.open()) {
            sessions.write(session -> {
                insert(session, 1);
                assertThatThrownBy(() -> session.savepoint(inner -> {
                            insert(inner, 2);
                            insert(inner, 1);
                            return null;
                        }))
                        .isInstanceOf(ConstraintViolationException.class);
                assertThatThrownBy(() -> session.savepoint(inner -> {
                            assertThatThrownBy(() -> insert(inner, 1)).isInstanceOf(ConstraintViolationException.class);
                            return null;
                        }))
                        .isInstanceOf(TransactionRolledBackException.class);
                int kept = session.savepoint(inner -> {
                    insert(inner, 3);
                    return 3;
                });
                assertThat(kept).isEqualTo(3);
                return null;
            });
            assertThat(sessions.sql("select id from session_test order by id").list(Integer.class))
                    .containsExactly(1, 3);
        }
    }

    record Nosy(int id) {
        static DatabaseSession session;

        Nosy {
            session.sql("select 1").row();
        }
    }

    @Test
    void refusesNestedUse() {
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_18.open()) {
            sessions.read(session -> {
                Nosy.session = session;
                assertThatThrownBy(() -> session.sql("select 1 id").list(Nosy.class))
                        .isInstanceOf(SessionUsageException.class)
                        .hasMessageContaining("still delivering rows");
                assertThatThrownBy(() -> sessions.write(inner -> null))
                        .isInstanceOf(SessionUsageException.class)
                        .hasMessageContaining("write(…) within the work");
                // While a stream is open its rows may be worked on one by one.
                assertThat(session.sql("select n from generate_series(1, 3) n").pageSize(1).stream(Integer.class)
                                .mapToInt(n -> session.sql("select :n * 2")
                                        .param("n", n)
                                        .single(Integer.class))
                                .sum())
                        .isEqualTo(12);
                try (DatabaseSession own = sessions.openSession()) {
                    assertThat(own.sql("select 1").single(Integer.class)).isEqualTo(1);
                }
                return null;
            });
        }
    }

    @Test
    void detectsASecondThread() {
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_18.open();
                DatabaseSession session = sessions.openSession()) {
            String here = Thread.currentThread().getName();
            var elsewhere =
                    CompletableFuture.supplyAsync(() -> session.sql("select 1").row());
            assertThatThrownBy(elsewhere::join)
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOf(SessionUsageException.class)
                    .hasMessageContaining("opened by thread \"" + here + "\"");
            assertThat(session.sql("select 1").single(Integer.class)).isEqualTo(1);
        }
    }

    @Test
    void isOverAfterItsEnd() {
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_18.open()) {
            DatabaseSession session = sessions.openSession();
            session.commit();
            session.close();
            assertThatThrownBy(() -> session.sql("select 1"))
                    .isInstanceOf(SessionUsageException.class)
                    .hasMessageContaining("committed");
            DatabaseSession[] escaped = new DatabaseSession[1];
            sessions.read(work -> escaped[0] = work);
            assertThatThrownBy(() -> escaped[0].sql("select 1")).isInstanceOf(SessionUsageException.class);
        }
    }

    @Test
    void keepsTheTransactionInItsOwnHands() {
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_18.open()) {
            sessions.write(session -> {
                assertThatThrownBy(session::commit).isInstanceOf(SessionUsageException.class);
                assertThatThrownBy(session::rollback).isInstanceOf(SessionUsageException.class);
                assertThatThrownBy(session::close).isInstanceOf(SessionUsageException.class);
                try (Connection connection = session.connection()) {
                    assertRefused(connection::commit);
                    assertRefused(connection::rollback);
                    assertRefused(() -> connection.setAutoCommit(true));
                    assertRefused(() -> connection.abort(Runnable::run));
                    assertThat(connection.isWrapperFor(org.postgresql.PGConnection.class))
                            .isTrue();
                    try (var statement = connection.createStatement()) {
                        statement.executeUpdate("insert into session_test values (4)");
                    }
                }
                return null;
            });
            assertThat(count(sessions)).isEqualTo(1);
        } catch (SQLException unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void refusesTransactionControlAsText(Route route) {
        try (DatabaseSessionFactory sessions = route.open()) {
            for (String text : java.util.List.of(
                    "begin",
                    "/* x */ BEGIN isolation level serializable",
                    "start transaction",
                    "commit",
                    "end",
                    "rollback",
                    "abort",
                    "savepoint s",
                    "release s",
                    "rollback to s",
                    "prepare transaction 'x'",
                    "select 1; commit")) {
                assertThatThrownBy(() -> sessions.sql(text)).as(text).isInstanceOf(SessionUsageException.class);
                assertThatThrownBy(() ->
                                sessions.write(session -> session.sql(text).update()))
                        .as(text)
                        .isInstanceOf(SessionUsageException.class);
            }
            sessions.sql(
                            "create or replace function of_the_session() returns int language sql begin atomic select 1; select 2; end")
                    .update();
            assertThat(sessions.sql("select of_the_session() as \"commit\"").row())
                    .containsEntry("commit", 2);
        }
    }

    @Test
    void aStreamDoesNotOutliveItsSession() {
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_18.open()) {
            String numbers = "select n from generate_series(1, 100) n";
            var escaped = sessions.read(session -> session.sql(numbers).stream());
            assertThatThrownBy(escaped::toList)
                    .isInstanceOf(SessionUsageException.class)
                    .hasMessageContaining("after the end of its session");
            try (DatabaseSession session = sessions.openSession()) {
                var foreign = session.sql(numbers).pageSize(10).stream();
                assertThatThrownBy(() ->
                                CompletableFuture.supplyAsync(foreign::toList).join())
                        .cause()
                        .isInstanceOf(SessionUsageException.class)
                        .hasMessageContaining("opened by thread");
            }
        }
    }

    /** HikariCP takes SQLSTATE 0A000 for a broken connection unless it is told otherwise. */
    @ParameterizedTest
    @EnumSource(Route.class)
    void anUnsupportedFeatureCostsNoConnection(Route route) {
        try (DatabaseSessionFactory sessions = route.open()) {
            int after = sessions.write(session -> {
                assertThatThrownBy(() -> session.savepoint(inner ->
                                inner.sql("select 1 from otherdb.public.t").rows()))
                        .isInstanceOfSatisfying(
                                StatementException.class,
                                error -> assertThat(error.sqlState()).hasValue("0A000"));
                return session.sql("select 5").single(Integer.class);
            });
            assertThat(after).isEqualTo(5);
        }
    }

    private interface Call {
        void run() throws SQLException;
    }

    private static void assertRefused(Call call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(SQLNonTransientException.class)
                .hasMessageContaining("session");
    }
}
