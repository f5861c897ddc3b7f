package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.doctor.internal.explain.Explanation;
import com.scrapersky.session.doctor.internal.report.FindingKind;
import com.scrapersky.session.internal.errors.ErrorTable;
import com.scrapersky.session.internal.errors.KnownError;
import com.scrapersky.session.testkit.PoolerError;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code doctor explain}: every id, every state, every text of a pooler. */
class ExplainTest {

    @ParameterizedTest
    @EnumSource
    void findings(FindingKind kind) {
        assertThat(Run.of("explain", kind.id()).out()).contains(kind.title(), kind.meaning(), kind.remedy());
    }

    @ParameterizedTest
    @EnumSource
    void features(SessionFeature feature) {
        assertThat(Run.of("explain", feature.id()).out()).contains(feature.reason(), feature.wayOut());
    }

    /** As a log has it: with its severity, with and without its state. */
    @Test
    void everyTextOfAPooler() {
        List<PoolerError> errors = Stream.of(
                        PoolerError.SUPAVISOR,
                        PoolerError.SUPAVISOR_2_8,
                        PoolerError.PGBOUNCER,
                        PoolerError.ODYSSEY,
                        PoolerError.PGCAT,
                        PoolerError.PGDOG)
                .flatMap(List::stream)
                .toList();
        for (PoolerError error : errors) {
            KnownError row = ErrorTable.of(error.sqlState(), error.text());
            assertThat(Explanation.of("FATAL: " + error.text() + " (SQLSTATE " + error.sqlState() + ")"))
                    .as(error.text())
                    .anySatisfy(explanation -> assertThat(explanation.remedy()).isEqualTo(row.advice()));
            assertThat(Explanation.of("org.postgresql.util.PSQLException: FATAL: " + error.text()))
                    .as(error.text())
                    .isNotEmpty();
        }
    }

    /** Every row of the table that the library itself goes by: by its text, and by its state. */
    @ParameterizedTest
    @MethodSource("rows")
    void everyRowOfTheTable(KnownError row) {
        Run byText = Run.of("explain", row.sqlState() + " " + row.example());
        assertThat(byText.exitCode()).isZero();
        assertThat(byText.out())
                .contains(row.speaker().title(), row.meaning().consequence(), row.advice())
                .contains("  repeat  ");
        Run byState = Run.of("explain", row.sqlState());
        assertThat(byState.exitCode()).isZero();
        assertThat(byState.out()).contains("SQLSTATE " + row.sqlState());
    }

    static List<KnownError> rows() {
        assertThat(ErrorTable.all()).hasSizeGreaterThan(50);
        return ErrorTable.all();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "40001|yes, the whole transaction",
                "22012|no: it would fail again",
                "23505|no: it would fail again",
                "57014|no: it would take as long again",
                "org.postgresql.util.PSQLException: ERROR: prepared statement \"S_1\" already exists|yes",
                "FATAL: query_wait_timeout|yes",
                "2026-11-28 13:00:01 UTC [4711] app@shop FATAL:  query_wait_timeout|yes",
                "SQL Error [08P01]: FATAL: query_wait_timeout|yes",
                "[08P01] FATAL: query_wait_timeout|yes",
                "psql: error: connection to server at \"::1\", port 6432 failed: FATAL:  query_wait_timeout|yes",
                "FATAL: password authentication failed for user \"app\"|no",
                "ERROR: deadlock detected SQLSTATE 40P01|yes, the whole transaction"
            })
    void whetherToRepeat(String text, String repeat) {
        assertThat(Run.of("explain", text).out()).contains("repeat  " + repeat);
    }

    @Test
    void whatIsUnknown() {
        Run run = Run.of("explain", "the printer is on fire");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(Run.with(Map.of(), "FATAL: query_wait_timeout\n", "explain", "-")
                        .exitCode())
                .isZero();
    }
}
