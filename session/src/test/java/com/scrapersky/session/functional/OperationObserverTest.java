package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.scrapersky.session.ConnectionException;
import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.OperationObserver;
import com.scrapersky.session.TransactionRolledBackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an observer is told of a factory's operations: each by its begin and its end, and by neither text nor value. */
class OperationObserverTest {

    private final List<String> told = new ArrayList<>();
    private final OperationObserver observer = operation -> {
        String name = operation.kind().name().toLowerCase(Locale.ROOT)
                + (operation.keyword().isEmpty() ? "" : " " + operation.keyword())
                + (operation.readOnly() ? " read-only" : "");
        told.add("begin " + name);
        return (outcome, failure) -> told.add("end " + name + ": " + outcome
                + (failure == null ? "" : " " + failure.getClass().getSimpleName()));
    };
    private final DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                    Route.PGBOUNCER_1_18.endpoint().url())
            .maximumPoolSize(1)
            .connectionTimeout(Duration.ofMillis(250))
            .observer(observer)
            .build();

    @AfterEach
    void close() {
        sessions.close();
    }

    @Test
    void transactionsByTheirOutcome() {
        sessions.read(session -> session.sql("select 1").row());
        sessions.write(session -> {
            session.sql("select 1").row();
            session.pipeline(pipeline -> pipeline.sql("select 2").row());
            session.setRollbackOnly();
            return null;
        });
        assertThat(told)
                .as("what happens in a session is its own operation's")
                .containsExactly(
                        "begin transaction read-only",
                        "end transaction read-only: COMMITTED",
                        "begin transaction",
                        "end transaction: ROLLED_BACK");
    }

    @Test
    void transactionsThatFail() {
        assertThatThrownBy(() -> sessions.write(session -> {
                    throw new IllegalStateException("changed my mind");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> sessions.write(session ->
                        catchThrowable(() -> session.sql("select 1 / 0").row())))
                .isInstanceOf(TransactionRolledBackException.class);
        Route.postgres()
                .execute(
                        "drop table if exists observed",
                        "create table observed (n int unique deferrable initially deferred)");
        assertThatThrownBy(() -> sessions.write(session ->
                        session.sql("insert into observed values (1), (1)").update()))
                .isInstanceOf(DatabaseException.class);
        assertThat(told.stream().filter(line -> line.startsWith("end")))
                .containsExactly(
                        "end transaction: ROLLED_BACK IllegalStateException",
                        "end transaction: ROLLED_BACK TransactionRolledBackException",
                        "end transaction: FAILED ConstraintViolationException");
    }

    @Test
    void sessionsOfTheirOwners() {
        try (DatabaseSession session = sessions.openSession()) {
            session.sql("select 1").row();
            assertThatThrownBy(() -> sessions.sql("select 2").row()).isInstanceOf(ConnectionException.class);
            session.commit();
        }
        sessions.openSession().close();
        assertThat(told)
                .containsExactly(
                        "begin transaction",
                        "begin statement select",
                        "end statement select: ROLLED_BACK ConnectionException",
                        "end transaction: COMMITTED",
                        "begin transaction",
                        "end transaction: ROLLED_BACK");
    }

    /** A session that gets no connection is told as one that has ended. */
    @Test
    void noConnection() {
        try (DatabaseSession held = sessions.openSession()) {
            assertThatThrownBy(sessions::openSession).isInstanceOf(ConnectionException.class);
            assertThat(told)
                    .containsExactly(
                            "begin transaction",
                            "begin transaction",
                            "end transaction: ROLLED_BACK ConnectionException");
        }
    }

    @Test
    void whatIsExecutedOutsideOfASession() {
        sessions.sql("  -- why\n select :n::int").param("n", 1).row();
        sessions.withContext(com.scrapersky.session.SessionContext.none())
                .sql("Create temporary table if not exists observed_once (n int) on commit drop")
                .update();
        sessions.sql("select set_config('application_name', :name, true)")
                .batch(List.of(Map.of("name", "a"), Map.of("name", "b")));
        sessions.pipeline(pipeline -> {
            pipeline.sql("select 1").row();
            return pipeline.sql("select 2").row();
        });
        assertThatThrownBy(() -> sessions.sql("select 1 / 0").row()).isInstanceOf(DatabaseException.class);
        try (Stream<?> rows = sessions.sql("select 1").stream()) {
            assertThat(rows).hasSize(1);
        }
        assertThat(told)
                .containsExactly(
                        "begin statement select",
                        "end statement select: COMMITTED",
                        "begin statement create",
                        "end statement create: COMMITTED",
                        "begin batch select",
                        "end batch select: COMMITTED",
                        "begin pipeline",
                        "end pipeline: COMMITTED",
                        "begin statement select",
                        "end statement select: ROLLED_BACK StatementException");
    }

    @Test
    void anObserverThatThrowsChangesNothing() {
        for (OperationObserver broken : List.<OperationObserver>of(
                operation -> {
                    throw new IllegalStateException("begin");
                },
                operation -> (outcome, failure) -> {
                    throw new IllegalStateException("end");
                })) {
            try (DatabaseSessionFactory watched = DatabaseSessionFactory.wrapping(sessions.dataSource())
                    .observer(broken)
                    .build()) {
                assertThat(watched.sql("select 1").single(Integer.class)).isEqualTo(1);
                int two = watched.write(session -> session.sql("select 2").single(Integer.class));
                assertThat(two).isEqualTo(2);
            }
        }
    }
}
