package com.scrapersky.session.testkit.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.OdysseyLab;
import com.scrapersky.session.testkit.PostgresLab;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a client of Odyssey 1.5 has to avoid while {@code pool_reserve_prepared_statement} is on, which is its default. It parses
 * unnamed statements, too, under names of its own, and counts on an answer to each Parse. After an error PostgreSQL skips all up
 * to the Sync, and a Parse that it skipped is never answered: the client has its error and its ReadyForQuery, and no answer to
 * anything that it asks afterwards. The text of that Parse counts as prepared on that backend from then on, where it is not:
 * whoever sends the same one there is refused. pgjdbc sends such a batch for a text of several statements.
 */
class OdysseyReservedStatementsTest {

    private static PostgresLab postgres;

    @BeforeAll
    static void start() {
        postgres = PostgresLab.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private static OdysseyLab odyssey(boolean reserved) {
        return odyssey(reserved, 2);
    }

    private static OdysseyLab odyssey(boolean reserved, int backends) {
        return OdysseyLab.builder(postgres)
                .passwordAuthentication(false)
                .reservePreparedStatements(reserved)
                .poolSize(backends)
                .start();
    }

    private static List<String> ask(Wire wire, String... statements) throws Exception {
        byte[][] batch = new byte[3 * statements.length + 1][];
        for (int i = 0; i < statements.length; i++) {
            batch[3 * i] = Wire.parse("", statements[i]);
            batch[3 * i + 1] = Wire.bind("", "");
            batch[3 * i + 2] = Wire.execute();
        }
        batch[batch.length - 1] = Wire.sync();
        wire.send(batch);
        return wire.untilReady();
    }

    @Test
    void neverAnswersAfterABatchThatFailedBeforeItsLastParse() throws Exception {
        try (OdysseyLab pooler = odyssey(true);
                Wire wire = Wire.open(pooler)) {
            assertThat(ask(wire, "select 1/0", "select 'skipped'"))
                    .containsExactly("1", "E:ERROR:22012:division by zero", "Z:I");
            wire.waitNoLongerThan(Duration.ofSeconds(2));
            assertThatThrownBy(() -> ask(wire, "select 'next'")).isInstanceOf(SocketTimeoutException.class);
            // Others are served.
            try (Wire other = Wire.open(pooler)) {
                assertThat(ask(other, "select 'other'")).contains("D:other");
            }
        }
    }

    /** Where the backend comes back from the client that is never answered again; it does not every time. */
    @Test
    void takesAStatementForPreparedThatTheServerSkipped() throws Exception {
        boolean refused = false;
        for (int attempts = 0; attempts < 30 && !refused; attempts++) {
            refused = answersToTheStatementThatWasSkipped().stream()
                    .anyMatch(answer -> answer.startsWith("E:ERROR:26000:") && answer.contains("does not exist"));
        }
        assertThat(refused).isTrue();
    }

    /** None where the one backend is not given back. */
    private static List<String> answersToTheStatementThatWasSkipped() throws Exception {
        try (OdysseyLab pooler = odyssey(true, 1)) {
            try (Wire wire = Wire.open(pooler)) {
                ask(wire, "select 1/0", "select 'skipped'");
            }
            try (Wire other = Wire.open(pooler)) {
                other.waitNoLongerThan(Duration.ofSeconds(1));
                return ask(other, "select 'skipped'");
            } catch (SocketTimeoutException notGivenBack) {
                return List.of();
            }
        }
    }

    @Test
    void answersAllThatWithoutReservedStatements() throws Exception {
        try (OdysseyLab pooler = odyssey(false);
                Wire wire = Wire.open(pooler)) {
            assertThat(ask(wire, "select 1/0", "select 'skipped'"))
                    .containsExactly("1", "E:ERROR:22012:division by zero", "Z:I");
            assertThat(ask(wire, "select 'next'")).contains("D:next");
        }
    }

    /** A Parse that fails is not what it stumbles over; nor is a batch whose last Parse the server had answered. */
    @ParameterizedTest
    @ValueSource(strings = {"selec", "select * from nowhere", "select 1/0"})
    void answersAfterAStatementThatFailed(String wrong) throws Exception {
        try (OdysseyLab pooler = odyssey(true);
                Wire wire = Wire.open(pooler)) {
            for (int i = 0; i < 3; i++) {
                assertThat(ask(wire, wrong)).anyMatch(answer -> answer.startsWith("E:ERROR:"));
                assertThat(ask(wire, "select 'next'")).contains("D:next");
            }
            assertThat(ask(wire, "select 'good'", wrong)).contains("D:good").anyMatch(a -> a.startsWith("E:ERROR:"));
            assertThat(ask(wire, "select 'next'")).contains("D:next");
        }
    }
}
