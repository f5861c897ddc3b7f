package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.scrapersky.session.ConnectionException;
import com.scrapersky.session.ConstraintViolationException;
import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.StatementCancelledException;
import com.scrapersky.session.StatementException;
import com.scrapersky.session.TransactionRolledBackException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorsTest {

    private static final String SECRET = "s3cret-value@example.org";

    @BeforeEach
    void table() {
        Route.postgres()
                .execute(
                        "drop table if exists errors_test",
                        "create table errors_test (id int primary key, tenant int, email text not null,"
                                + " age int check (age >= 0), constraint errors_test_email unique (tenant, email))",
                        "insert into errors_test values (1, 1, 'a@example.org', 1)");
    }

    private static void assertNothingLeaks(Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString()).doesNotContain(SECRET).doesNotContain("s3cret");
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void namesConstraintTableAndColumns(Route route) {
        try (DatabaseSessionFactory sessions = route.open()) {
            sessions.sql("insert into errors_test values (2, 1, :email)")
                    .param("email", SECRET)
                    .update();
            String insert = "insert into errors_test values (:id, 1, :email, :age)";
            var duplicate = catchThrowableOfType(
                    ConstraintViolationException.class,
                    () -> sessions.sql(insert)
                            .param("id", 3)
                            .param("email", SECRET)
                            .param("age", 1)
                            .update());
            assertThat(duplicate.sqlState()).hasValue("23505");
            assertThat(duplicate.constraint()).hasValue("errors_test_email");
            assertThat(duplicate.table()).hasValue("errors_test");
            assertThat(duplicate.columns()).containsExactly("tenant", "email");
            assertThat(duplicate.isRetryable()).isFalse();
            assertNothingLeaks(duplicate);

            var missing = catchThrowableOfType(
                    ConstraintViolationException.class,
                    () -> sessions.sql(insert)
                            .param("id", 3)
                            .param("email", null)
                            .param("age", 1)
                            .update());
            assertThat(missing.sqlState()).hasValue("23502");
            assertThat(missing.column()).hasValue("email");

            var negative = catchThrowableOfType(
                    ConstraintViolationException.class,
                    () -> sessions.sql(insert)
                            .param("id", 3)
                            .param("email", SECRET)
                            .param("age", -1)
                            .update());
            assertThat(negative.sqlState()).hasValue("23514");
            assertThat(negative.constraint()).hasValue("errors_test_age_check");
            assertNothingLeaks(negative);
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void pointsIntoTheCallersText(Route route) {
        try (DatabaseSessionFactory sessions = route.open()) {
            String text = "select :first, 'ü😀', :second is null from errors_test where agee = :third";
            var unknown = catchThrowableOfType(
                    StatementException.class,
                    () -> sessions.sql(text)
                            .param("first", 1)
                            .param("second", SECRET)
                            .param("third", 2)
                            .rows());
            assertThat(unknown.sqlState()).hasValue("42703");
            assertThat(unknown.position()).hasValue(text.indexOf("agee") + 1);
            assertThat(unknown)
                    .hasMessageContaining("at character " + (text.indexOf("agee") + 1))
                    .hasMessageContaining(":third");
            assertNothingLeaks(unknown);

            var syntax = catchThrowableOfType(
                    StatementException.class, () -> sessions.sql("selec 1").rows());
            assertThat(syntax.sqlState()).hasValue("42601");
            assertThat(syntax.position()).hasValue(1);
        }
    }

    static Stream<String> whereServersQuoteValues() {
        return Stream.of(
                "select :v::uuid",
                "select :v::int",
                "select :v::timestamptz",
                "select :v::jsonb",
                "select :v::inet",
                "select (:v || '!')::int",
                "select * from errors_test where id = :v",
                "select :v::int[]",
                "select to_date(:v, 'YYYY')",
                "select * from errors_test where email ~ ('(' || :v)",
                "select set_config('time zone', :v, true)",
                "do $$ begin raise exception 'no value here'; end $$; select :v");
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void keepsValuesToThemselves(Route route) {
        try (DatabaseSessionFactory sessions = route.open()) {
            for (String text : whereServersQuoteValues().toList()) {
                var failure = catchThrowableOfType(
                        DatabaseException.class,
                        () -> sessions.sql(text).param("v", SECRET).rows());
                assertThat(failure).as(text).isNotNull();
                assertNothingLeaks(failure);
                var inArray = catchThrowableOfType(
                        DatabaseException.class,
                        () -> sessions.sql("select 1 where :id = any(:v)")
                                .param("id", UUID.randomUUID())
                                .param("v", List.of(SECRET))
                                .rows());
                assertNothingLeaks(inArray);
            }
            assertThatThrownBy(() -> sessions.sql("select 'in the text'::int").rows())
                    .hasMessageContaining("\"in the text\"");
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void endsAStatementAtItsTimeout(Route route) {
        try (DatabaseSessionFactory sessions = route.open()) {
            var timeout = catchThrowableOfType(
                    StatementCancelledException.class,
                    () -> sessions.sql("select pg_sleep(30)")
                            .timeout(Duration.ofMillis(150))
                            .rows());
            assertThat(timeout.sqlState()).hasValue("57014");
            assertThat(timeout.advice()).isPresent();
            assertThat(sessions.sql(
                                    "select count(*) from pg_stat_activity where query = 'select pg_sleep(30)' and state = 'active'")
                            .single(Long.class))
                    .isZero();
            int after = sessions.write(session -> {
                assertThatThrownBy(() -> session.savepoint(inner -> inner.sql("select pg_sleep(30)")
                                .timeout(Duration.ofMillis(150))
                                .rows()))
                        .isInstanceOf(StatementCancelledException.class);
                return session.sql("select 5").single(Integer.class);
            });
            assertThat(after).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void tellsACancelledStatement(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = route.open()) {
            var cancelled = CompletableFuture.supplyAsync(() -> catchThrowableOfType(
                    StatementCancelledException.class,
                    () -> sessions.sql("select 'to be cancelled', pg_sleep(30)").rows()));
            cancelWhenActive("%to be cancelled%", "pg_cancel_backend");
            assertThat(cancelled.get().sqlState()).hasValue("57014");
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void tellsALostConnection(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = route.open()) {
            var alone = CompletableFuture.supplyAsync(() -> catchThrowableOfType(
                    ConnectionException.class,
                    () -> sessions.sql("select 'to be killed', pg_sleep(30)").rows()));
            cancelWhenActive("%to be killed%", "pg_terminate_backend");
            assertThat(alone.get().isRetryable())
                    .as("outside a transaction it may have had its effect")
                    .isFalse();
            assertThat(alone.get().neverSent()).isFalse();

            var inTransaction = CompletableFuture.supplyAsync(() -> catchThrowableOfType(
                    ConnectionException.class,
                    () -> sessions.write(session ->
                            session.sql("select 'to be killed', pg_sleep(30)").rows())));
            cancelWhenActive("%to be killed%", "pg_terminate_backend");
            assertThat(inTransaction.get().isRetryable())
                    .as("nobody committed it")
                    .isTrue();
            assertThat(sessions.sql("select 1").single(Integer.class)).isEqualTo(1);

            var swallowed = CompletableFuture.supplyAsync(() -> catchThrowableOfType(
                    ConnectionException.class,
                    () -> sessions.write(session -> catchThrowableOfType(
                            ConnectionException.class,
                            () -> session.sql("select 'to be killed', pg_sleep(30)")
                                    .rows()))));
            cancelWhenActive("%to be killed%", "pg_terminate_backend");
            assertThat(swallowed.get())
                    .hasMessageContaining("before COMMIT")
                    .hasCauseInstanceOf(ConnectionException.class);
            assertThat(swallowed.get().isRetryable()).isTrue();
        }
    }

    private static void cancelWhenActive(String query, String function) throws Exception {
        try (var connection = Route.postgres().connect();
                var statement = connection.prepareStatement(
                        "select " + function + "(pid) from pg_stat_activity where state = 'active'"
                                + " and pid <> pg_backend_pid() and query like ?")) {
            statement.setString(1, query);
            while (true) {
                try (var result = statement.executeQuery()) {
                    if (result.next()) {
                        return;
                    }
                }
                Thread.onSpinWait();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void tellsThatATransactionMayBeRepeated(Route route) throws Exception {
        Route.postgres().execute("insert into errors_test values (2, 2, 'b', 2)");
        try (DatabaseSessionFactory sessions = route.open()) {
            CyclicBarrier bothHoldOne = new CyclicBarrier(2);
            var victims = Stream.of(List.of(1, 2), List.of(2, 1))
                    .map(order -> CompletableFuture.supplyAsync(() -> {
                        try {
                            return sessions.write(session -> {
                                lock(session, order.get(0));
                                bothHoldOne.await();
                                lock(session, order.get(1));
                                return null;
                            });
                        } catch (Exception failure) {
                            return failure;
                        }
                    }))
                    .toList();
            List<Object> outcomes = victims.stream()
                    .<Object>map(CompletableFuture::join)
                    .filter(o -> o != null)
                    .toList();
            assertThat(outcomes)
                    .singleElement()
                    .isInstanceOfSatisfying(TransactionRolledBackException.class, deadlock -> {
                        assertThat(deadlock.sqlState()).hasValue("40P01");
                        assertThat(deadlock.isRetryable()).isTrue();
                    });
        }
    }

    private static void lock(com.scrapersky.session.DatabaseSession session, int id) {
        session.sql("select 1 from errors_test where id = :id for update")
                .param("id", id)
                .row();
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void saysWhyNoConnectionCanBeHad(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                        route.endpoint().url())
                .maximumPoolSize(1)
                .connectionTimeout(Duration.ofMillis(300))
                .build()) {
            CountDownLatch done = new CountDownLatch(1);
            try (var holder = sessions.openSession()) {
                holder.sql("select 1").row();
                var exhausted = catchThrowableOfType(
                        ConnectionException.class,
                        () -> sessions.sql("select 1").row());
                assertThat(exhausted).hasMessageContaining("of 1 in the pool 1 are in use");
                assertThat(exhausted.neverSent()).isTrue();
                assertThat(exhausted.isRetryable()).isTrue();
            }
            done.countDown();
        }
        String wrong = route.endpoint().url().replaceFirst(":[^:@]*@", ":wr0ng-secret@");
        var refused = catchThrowableOfType(ConnectionException.class, () -> DatabaseSessionFactory.open(wrong));
        assertThat(refused.sqlState()).isPresent();
        assertThat(refused.isRetryable()).isFalse();
        assertThat(refused.neverSent()).isTrue();
        StringWriter trace = new StringWriter();
        refused.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString()).doesNotContain("wr0ng-secret");
        assertThatThrownBy(() -> DatabaseSessionFactory.open("postgres://nobody:pw@127.0.0.1:1/x"))
                .isInstanceOfSatisfying(
                        ConnectionException.class,
                        unreachable -> assertThat(unreachable.isRetryable()).isTrue());
    }
}
