package com.scrapersky.session.functional;

import static com.scrapersky.session.functional.PipelineTest.count;
import static com.scrapersky.session.functional.PipelineTest.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Pipeline;
import com.scrapersky.session.Result;
import com.scrapersky.session.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pipelines of many statements, and of values and answers that no buffer holds. */
class LongPipelinesTest {

    /** By itself the driver sends a Sync of its own behind 255 statements; the server then commits what it has. */
    @ParameterizedTest
    @EnumSource(Route.class)
    void aLongOneIsAllOrNothing(Route route) {
        table();
        try (DatabaseSessionFactory sessions = route.open()) {
            for (int length : new int[] {254, 255, 256, 257, 600, 1100, 2500}) {
                Pipeline pipeline = sessions.pipeline();
                List<Result<Integer>> results = new ArrayList<>();
                for (int i = 0; i < length; i++) {
                    results.add(
                            pipeline.sql("insert into pipeline_test values (:id, :name) returning " + i % 7 + " as n")
                                    .param("id", i)
                                    .param("name", "n" + i)
                                    .single(Integer.class));
                }
                pipeline.sql("insert into pipeline_test values (:id, null)")
                        .param("id", length / 2)
                        .update();
                assertThatThrownBy(pipeline::execute)
                        .hasMessageContaining("statement " + (length + 1) + " of " + (length + 1));
                assertThat(count(sessions)).as("rows left of %s", length).isZero();
            }
            Pipeline pipeline = sessions.pipeline();
            List<Result<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                results.add(pipeline.sql("insert into pipeline_test values (:id, :name) returning id")
                        .param("id", i)
                        .param("name", "n" + i)
                        .single(Integer.class));
            }
            pipeline.execute();
            assertThat(results)
                    .extracting(Result::get)
                    .isEqualTo(IntStream.range(0, 600).boxed().toList());
            assertThat(count(sessions)).isEqualTo(600);
        }
    }

    /** More than the buffers hold, both ways: in one flush each end would wait for the other to read. */
    @ParameterizedTest
    @EnumSource(Route.class)
    void bigAnswersAndBigValuesDoNotWaitForEachOther(Route route) {
        table();
        try (DatabaseSessionFactory sessions = route.open()) {
            String big = "x".repeat(8_000_000);
            Pipeline pipeline = sessions.pipeline().timeout(Duration.ofMinutes(2));
            Result<List<Row>> answer = pipeline.sql("select repeat('y', 1000000) t from generate_series(1, 20)")
                    .rows();
            Result<Integer> first = pipeline.sql("insert into pipeline_test values (1, :big)")
                    .param("big", big)
                    .update();
            Result<Integer> length =
                    pipeline.sql("select length(:big::text)").param("big", big).single(Integer.class);
            pipeline.execute();
            assertThat(answer.get()).hasSize(20);
            assertThat(first.get()).isEqualTo(1);
            assertThat(length.get()).isEqualTo(big.length());

            Pipeline failing = sessions.pipeline();
            failing.sql("insert into pipeline_test values (2, 'b') returning id")
                    .update();
            failing.sql("insert into pipeline_test values (3, :big)")
                    .param("big", big)
                    .update();
            failing.sql("select 1 / 0").row();
            assertThatThrownBy(failing::execute).hasMessageContaining("statement 3 of 3");
            assertThat(count(sessions)).isEqualTo(1);
        }
    }
}
