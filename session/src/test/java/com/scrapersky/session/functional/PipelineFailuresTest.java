package com.scrapersky.session.functional;

import static com.scrapersky.session.functional.PipelineTest.count;
import static com.scrapersky.session.functional.PipelineTest.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.scrapersky.session.ConstraintViolationException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Pipeline;
import com.scrapersky.session.Result;
import com.scrapersky.session.SessionUsageException;
import com.scrapersky.session.StatementCancelledException;
import com.scrapersky.session.StatementException;
import com.scrapersky.session.TransactionOutcomeUnknownException;
import com.scrapersky.session.TransactionRolledBackException;
import com.scrapersky.session.functional.PipelineTest.Item;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.PoolerFaults;
import com.scrapersky.session.testkit.PoolerFaults.Direction;
import com.scrapersky.session.testkit.TransactionPooler;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pipelines that fail, run out of time, or are never answered: what is told of it, and what is left. */
class PipelineFailuresTest {

    @ParameterizedTest
    @EnumSource(Route.class)
    void anErrorNamesItsStatementAndUndoesEverything(Route route) {
        table();
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                        route.endpoint().url())
                .maximumPoolSize(1)
                .build()) {
            Pipeline pipeline = sessions.pipeline();
            Result<Integer> before =
                    pipeline.sql("insert into pipeline_test values (1, 'a')").update();
            pipeline.sql("insert into pipeline_test values (:id, :name)")
                    .param("id", 2)
                    .param("name", "forbidden")
                    .update();
            Result<Integer> behind = pipeline.sql("insert into pipeline_test values (5, 'skipped')")
                    .update();
            var violation = catchThrowableOfType(ConstraintViolationException.class, pipeline::execute);
            assertThat(violation)
                    .hasMessageContaining("statement 2 of 3 in the pipeline")
                    .hasMessageContaining("insert into pipeline_test values (:id, :name)")
                    .hasMessageNotContaining("forbidden");
            assertThat(violation.constraint()).contains("pipeline_test_name_check");
            for (Result<Integer> result : List.of(before, behind)) {
                assertThatThrownBy(result::get)
                        .isInstanceOf(SessionUsageException.class)
                        .hasMessageContaining("the pipeline failed");
            }
            assertThatThrownBy(pipeline::execute).hasMessageContaining("was executed already");
            assertThat(count(sessions)).isZero();

            Pipeline misspelt = sessions.pipeline();
            misspelt.sql("insert into pipeline_test values (1, 'a')").update();
            misspelt.sql("select :a::int, 'ä', nmae from pipeline_test")
                    .param("a", 1)
                    .rows();
            var unknown = catchThrowableOfType(StatementException.class, misspelt::execute);
            assertThat(unknown).hasMessageContaining("statement 2 of 2");
            assertThat(unknown.position()).hasValue("select :a::int, 'ä', ".length() + 1);
            assertThat(count(sessions)).isZero();

            var inBatch = catchThrowableOfType(
                    ConstraintViolationException.class,
                    () -> sessions.pipeline(all -> all.sql("insert into pipeline_test values (:id, :name)")
                            .batch(List.of(new Item(1, "a"), new Item(2, "b"), new Item(1, "c")))));
            assertThat(inBatch).hasMessageContaining("statement 1 of 1").hasMessageContaining("entry 2 of its batch");
            assertThat(count(sessions)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void anErrorFailsTheTransactionOfItsSession(Route route) {
        table();
        try (DatabaseSessionFactory sessions = route.open()) {
            assertThatThrownBy(() -> sessions.write(session -> {
                        session.sql("insert into pipeline_test values (1, 'a')").update();
                        assertThatThrownBy(() -> session.pipeline(pipeline -> {
                                    pipeline.sql("insert into pipeline_test values (2, 'b')")
                                            .update();
                                    return pipeline.sql("select 1 / 0").row();
                                }))
                                .hasMessageContaining("statement 2 of 2");
                        return null;
                    }))
                    .isInstanceOf(TransactionRolledBackException.class);
            assertThat(count(sessions)).isZero();
            sessions.write(session -> {
                assertThatThrownBy(() -> session.savepoint(inner -> inner.pipeline(pipeline -> {
                            pipeline.sql("insert into pipeline_test values (3, 'c')")
                                    .update();
                            return pipeline.sql("select 1 / 0").row();
                        })))
                        .hasMessageContaining("division by zero");
                return session.sql("insert into pipeline_test values (4, 'd')").update();
            });
            assertThat(count(sessions)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void endsAfterItsTimeout(Route route) {
        table();
        try (DatabaseSessionFactory sessions = route.open()) {
            Pipeline pipeline = sessions.pipeline().timeout(Duration.ofMillis(300));
            pipeline.sql("insert into pipeline_test values (1, 'a')").update();
            pipeline.sql("select pg_sleep(60)").row();
            assertThatThrownBy(pipeline::execute)
                    .isInstanceOf(StatementCancelledException.class)
                    .hasMessageContaining("statement 2 of 2");
            assertThat(count(sessions)).isZero();
        }
    }

    @Test
    void aDeferredConstraintFailsAtItsCommit() {
        table();
        Route.postgres()
                .execute(
                        "drop table if exists pipeline_deferred",
                        "create table pipeline_deferred (id int unique deferrable initially deferred)");
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_18.open()) {
            assertThatThrownBy(() -> sessions.pipeline(pipeline -> {
                        pipeline.sql("insert into pipeline_deferred values (1)").update();
                        return pipeline.sql("insert into pipeline_deferred values (1)")
                                .update();
                    }))
                    .isInstanceOf(ConstraintViolationException.class)
                    .hasMessageContaining("COMMIT of the pipeline failed");
            assertThat(sessions.sql("select count(*) from pipeline_deferred").single(Long.class))
                    .isZero();
        }
    }

    private static TransactionPooler poolerOfTwo() {
        return TransactionPooler.pgBouncer118(Route.postgres().url())
                .poolSize(2)
                .handOver(HandOver.LONGEST_IDLE)
                .start();
    }

    @Test
    void aLostAnswerLeavesTheOutcomeOpen() throws Exception {
        table();
        try (TransactionPooler pooler = poolerOfTwo();
                DatabaseSessionFactory sessions = DatabaseSessionFactory.open(pooler.url())) {
            PoolerFaults faults = pooler.faults();
            outcomeIsUnknown(faults.cutBefore("'second'"), () -> insertTwo(sessions, 1));
            assertThat(count(sessions)).isZero();
            outcomeIsUnknown(faults.cutAfter(Direction.TO_CLIENT, 0), () -> insertTwo(sessions, 3));
            assertThat(count(sessions)).isEqualTo(2);
        }
    }

    /** With SET LOCAL among its statements a pipeline is between BEGIN and COMMIT. */
    @Test
    void aLostAnswerToCommitLeavesTheOutcomeOpen() throws Exception {
        table();
        try (TransactionPooler pooler = poolerOfTwo();
                DatabaseSessionFactory sessions = DatabaseSessionFactory.open(pooler.url())) {
            Function<Pipeline, Result<Integer>> timeout = pipeline ->
                    pipeline.sql("set local statement_timeout = 10000").update();
            outcomeIsUnknown(
                    pooler.faults().cutBeforeCommit(),
                    () -> sessions.pipeline(pipeline -> {
                        timeout.apply(pipeline);
                        return insertTwo(pipeline, 1);
                    }));
            assertThat(count(sessions)).isZero();
            outcomeIsUnknown(
                    pooler.faults().cutAfterCommit(),
                    () -> sessions.pipeline(pipeline -> {
                        timeout.apply(pipeline);
                        return insertTwo(pipeline, 3);
                    }));
            assertThat(count(sessions)).isEqualTo(2);
        }
    }

    private static void outcomeIsUnknown(PoolerFaults.Fault injected, ThrowingCallable work) throws Exception {
        try (var fault = injected) {
            var unknown = catchThrowableOfType(TransactionOutcomeUnknownException.class, work);
            assertThat(unknown.isRetryable()).isFalse();
            assertThat(unknown.neverSent()).isFalse();
        }
    }

    private static void insertTwo(DatabaseSessionFactory sessions, int id) {
        sessions.pipeline(pipeline -> insertTwo(pipeline, id));
    }

    private static Result<Integer> insertTwo(Pipeline pipeline, int id) {
        pipeline.sql("insert into pipeline_test values (:id, 'first')")
                .param("id", id)
                .update();
        return pipeline.sql("insert into pipeline_test values (:id, 'second')")
                .param("id", id + 1)
                .update();
    }
}
