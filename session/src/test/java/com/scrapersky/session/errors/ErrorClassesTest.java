package com.scrapersky.session.errors;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.ConnectionException;
import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.InvalidStatementException;
import com.scrapersky.session.RetryPolicy;
import com.scrapersky.session.functional.Route;
import com.scrapersky.session.internal.errors.ErrorTable;
import com.scrapersky.session.internal.errors.KnownError;
import com.scrapersky.session.internal.errors.Speaker;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.PoolerError;
import com.scrapersky.session.testkit.TransactionPooler;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every row of the table, said on the wire by a pooler: to a client that logs in, to a statement by itself, to the second
 * statement of a transaction, and to COMMIT. What each has to come to stands in {@code errors/classes.csv}, which was
 * written by hand.
 */
class ErrorClassesTest {

    private static final Map<String, String> EXPECTED = expected("classes.csv");

    /** Old texts, new ones, and the codes that share a row with another one. */
    private static final Map<String, String> OTHER_TEXTS = expected("other-texts.csv");

    private static TransactionPooler pooler;
    private static DatabaseSessionFactory sessions;

    @BeforeAll
    static void start() {
        pooler = TransactionPooler.pgBouncer118(Route.postgres().url())
                .poolSize(2)
                .handOver(HandOver.LONGEST_IDLE)
                .start();
        sessions = DatabaseSessionFactory.builder(pooler.url())
                .maximumPoolSize(1)
                .retry(RetryPolicy.none())
                .build();
    }

    @AfterAll
    static void stop() {
        sessions.close();
        pooler.close();
    }

    private static Map<String, String> expected(String file) {
        try (InputStream csv = ErrorClassesTest.class.getResourceAsStream("/errors/" + file)) {
            return new String(Objects.requireNonNull(csv).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .collect(Collectors.toMap(
                            line -> line.substring(0, line.lastIndexOf(" | ")),
                            line -> line.substring(line.lastIndexOf(" | ") + 3)));
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    static Stream<KnownError> rows() {
        return ErrorTable.all().stream().filter(row -> row.speaker() != Speaker.DRIVER);
    }

    private static String name(KnownError row) {
        return row.speaker().title() + " " + row.sqlState() + " " + row.example();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void meansWhatIsWrittenDown(KnownError row) throws Exception {
        PoolerError error = new PoolerError(row.endsConnection() ? "FATAL" : "ERROR", row.sqlState(), row.example());
        assertThat(everywhere(error)).as(name(row)).isEqualTo(EXPECTED.get(name(row)));
    }

    static Stream<String> otherTexts() {
        return OTHER_TEXTS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("otherTexts")
    void meansTheSameInOtherWords(String name) throws Exception {
        String[] parts = name.split(" ", 3);
        KnownError row = ErrorTable.of(parts[1], parts[2]);
        assertThat(row.speaker().title()).isEqualTo(parts[0]);
        PoolerError error = new PoolerError(row.endsConnection() ? "FATAL" : "ERROR", parts[1], parts[2]);
        assertThat(everywhere(error)).isEqualTo(OTHER_TEXTS.get(name));
    }

    private static String everywhere(PoolerError error) throws Exception {
        // The row before may have cost the pool its connection. Were it to fetch another one while logins are refused
        // for a
        // password, it would ask for none for two minutes.
        sessions.sql("select 1").row();
        return Stream.of(atLogin(error), alone(error), inTransaction(error), atCommit(error))
                .collect(Collectors.joining(", "));
    }

    private static String atLogin(PoolerError error) throws Exception {
        try (var fault = pooler.faults().refuseClients(error)) {
            return told(() -> DatabaseSessionFactory.open(pooler.url()).close(), error);
        }
    }

    private static String alone(PoolerError error) throws Exception {
        try (var fault = pooler.faults().answer(error, "errors_probe")) {
            return told(() -> sessions.sql("select 'errors_probe'").row(), error);
        }
    }

    private static String inTransaction(PoolerError error) throws Exception {
        try (var fault = pooler.faults().answer(error, "errors_probe")) {
            return told(
                    () -> sessions.write(session -> {
                        session.sql("select 1").row();
                        return session.sql("select 'errors_probe'").row();
                    }),
                    error);
        }
    }

    private static String atCommit(PoolerError error) throws Exception {
        try (var fault = pooler.faults().answer(error, "(?i)^commit")) {
            return told(() -> sessions.write(session -> session.sql("select 1").row()), error);
        }
    }

    /** The class, with a star where the work may be repeated, and the seconds to wait before that. */
    private static String told(Runnable work, PoolerError error) {
        try {
            work.run();
        } catch (DatabaseException failure) {
            assertThat(failure.advice()).isPresent();
            String meaning = of(() -> {
                throw failure;
            });
            String state = failure.sqlState().orElseThrow();
            if (!state.equals(error.sqlState())) {
                // Where a statement was lost (26000) the driver itself tries it again, and finds its connection closed.
                assertThat(state).startsWith("08");
                return "lost " + meaning;
            }
            assertThat(failure.getMessage()).contains(error.text());
            return meaning;
        }
        return "healed by the driver";
    }

    private static String of(Runnable work) {
        try {
            work.run();
        } catch (DatabaseException failure) {
            assertThat(failure.neverSent())
                    .as("never sent where it is said that nothing was executed")
                    .isEqualTo(
                            switch (failure.errorClass()) {
                                case NEVER_SENT, NOT_EXECUTED, WAIT -> true;
                                case CONFIGURATION -> failure instanceof ConnectionException && failure.neverSent();
                                case REJECTED -> failure instanceof InvalidStatementException;
                                case ROLLED_BACK, OUTCOME_UNKNOWN -> false;
                            });
            String pause = failure.retryAfter()
                    .map(wait -> " " + wait.toMillis() / 1000.0 + "s")
                    .orElse("");
            return failure.errorClass() + (failure.isRetryable() ? "*" : "") + pause;
        }
        throw new AssertionError("no error");
    }

    /** What the driver tells of a network that fails. */
    @Test
    void theDriversOwnMeanTheSame() throws Exception {
        assertThat(of(() -> DatabaseSessionFactory.open("postgres://nobody:pw@127.0.0.1:1/x")))
                .isEqualTo("WAIT* 0.5s");
        try (var fault = pooler.faults().cutBefore("errors_probe")) {
            assertThat(of(() -> sessions.sql("select 'errors_probe'").row())).isEqualTo("OUTCOME_UNKNOWN");
        }
        try (var fault = pooler.faults().cutBefore("errors_probe")) {
            assertThat(of(() -> sessions.write(
                            session -> session.sql("select 'errors_probe'").row())))
                    .isEqualTo("ROLLED_BACK*");
        }
        try (var fault = pooler.faults().cutAfterCommit()) {
            assertThat(of(() ->
                            sessions.write(session -> session.sql("select 1").row())))
                    .isEqualTo("OUTCOME_UNKNOWN");
        }
        assertThat(of(() -> sessions.sql("select :a").row())).isEqualTo("REJECTED");
    }

    @Test
    void everyRowIsReachedByItsOwnExampleAndNoneIsUnwritten() {
        assertThat(ErrorTable.all())
                .allSatisfy(row ->
                        assertThat(ErrorTable.of(row.sqlState(), row.example())).isSameAs(row));
        assertThat(EXPECTED.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        rows().map(ErrorClassesTest::name).toList());
    }

    /** All that the testkit knows a pooler to say has a row of that pooler or of PostgreSQL, and none falls through. */
    @Test
    void everyErrorOfThePoolersHasARow() {
        PoolerError.ALL.forEach(error -> {
            KnownError row = ErrorTable.of(error.sqlState(), error.text());
            if (row.speaker() == Speaker.POSTGRESQL) {
                assertThat(row.states().pattern()).as(error.text()).hasSizeGreaterThanOrEqualTo(5);
            } else {
                assertThat(row.speaker()).as(error.text()).isNotEqualTo(Speaker.DRIVER);
            }
        });
    }

    /** A function may raise whatever words it likes; under its own SQLSTATE they mean nothing. */
    @Test
    void aPoolersWordsInAFunctionsMouthMeanNothing() {
        Function<String, KnownError> raised = text -> ErrorTable.of("P0001", text);
        rows().filter(row -> row.text() != null && !row.sqlState().equals("0A000"))
                .forEach(row -> assertThat(raised.apply(row.example()).states().pattern())
                        .as(row.example())
                        .isEqualTo("P0"));
    }
}
