package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Pipeline;
import com.scrapersky.session.Result;
import com.scrapersky.session.SqlStatement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random statements, sent together and one by one: both must see the same, and leave the same. */
class RandomPipelinesTest {

    private static final int PROGRAMS = 60;
    private static final long SEED = 20_261_128;

    private enum Wanted {
        ROWS,
        UPDATE,
        BATCH,
        OPTIONAL
    }

    private record Step(Wanted wanted, String sql, Map<String, Object> values, List<Map<String, Object>> sets) {}

    private static Step step(Random dice) {
        Map<String, Object> values = new HashMap<>();
        int choice = dice.nextInt(22);
        if (choice < 4) {
            values.put("id", dice.nextInt(30));
            values.put("n", dice.nextBoolean() ? null : (Object) dice.nextInt(100));
            return new Step(
                    Wanted.UPDATE,
                    "insert into random_pipeline values (:id, :n) on conflict do nothing",
                    values,
                    List.of());
        } else if (choice < 7) {
            values.put("n", dice.nextInt(10));
            return new Step(
                    Wanted.ROWS,
                    "update random_pipeline set n = n + :n where id > 5 returning id, n",
                    values,
                    List.of());
        } else if (choice < 9) {
            values.put("ids", List.of(dice.nextInt(30), dice.nextInt(30)));
            return new Step(Wanted.UPDATE, "delete from random_pipeline where id = any(:ids)", values, List.of());
        } else if (choice < 13) {
            values.put("text", "t".repeat(dice.nextInt(6) == 0 ? 90_000 : dice.nextInt(10)));
            return new Step(
                    Wanted.ROWS,
                    "select id, n, :text::text t, current_setting('statement_timeout') s from random_pipeline order by id",
                    values,
                    List.of());
        } else if (choice < 15) {
            values.put("id", dice.nextInt(30));
            return new Step(Wanted.OPTIONAL, "select n from random_pipeline where id = :id", values, List.of());
        } else if (choice < 17) {
            List<Map<String, Object>> sets = new ArrayList<>();
            for (int i = dice.nextInt(12); i >= 0; i--) {
                Map<String, Object> set = new HashMap<>();
                set.put("id", dice.nextInt(30));
                set.put("n", dice.nextInt(3) == 0 ? null : dice.nextInt(2) == 0 ? (Object) dice.nextInt(50) : "7");
                sets.add(set);
            }
            return new Step(Wanted.BATCH, "update random_pipeline set n = :n where id = :id", values, sets);
        } else if (choice == 17) {
            return new Step(
                    Wanted.UPDATE, "set local statement_timeout = '" + (5 + dice.nextInt(5)) + "s'", values, List.of());
        } else if (choice == 18) {
            return new Step(Wanted.ROWS, "select 1 a; select id from random_pipeline order by 1", values, List.of());
        }
        values.put("id", dice.nextInt(60));
        return new Step(Wanted.ROWS, "select 10 / (:id::int % 2)", values, List.of());
    }

    private static Supplier<Object> queued(Pipeline pipeline, Step step) {
        var statement = pipeline.sql(step.sql()).params(step.values());
        Result<?> result = switch (step.wanted()) {
            case ROWS -> statement.rows();
            case UPDATE -> statement.update();
            case BATCH -> statement.batch(step.sets());
            case OPTIONAL -> statement.optional(Integer.class);
        };
        return () -> comparable(result.get());
    }

    private static Object executed(SqlStatement statement, Step step) {
        statement.params(step.values());
        return comparable(
                switch (step.wanted()) {
                    case ROWS -> statement.rows();
                    case UPDATE -> statement.update();
                    case BATCH -> statement.batch(step.sets());
                    case OPTIONAL -> statement.optional(Integer.class);
                });
    }

    private static Object comparable(@Nullable Object result) {
        return result instanceof int[] counts ? Arrays.toString(counts) : String.valueOf(result);
    }

    private static String told(DatabaseException failure) {
        return failure.getClass().getSimpleName() + failure.sqlState();
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void seeTheSameAsOneByOne(Route route) throws Exception {
        Random dice = new Random(SEED);
        try (DatabaseSessionFactory sessions = route.open()) {
            OtherBackends.during(route, sessions, () -> {
                int failures = 0;
                for (int program = 0; program < PROGRAMS; program++) {
                    List<Step> steps = new ArrayList<>();
                    for (int i = dice.nextInt(9); i >= 0; i--) {
                        steps.add(step(dice));
                    }
                    String sequential = inTurn(sessions, steps);
                    String left = table(sessions);
                    for (boolean inSession : new boolean[] {false, true}) {
                        assertThat(together(sessions, steps, inSession))
                                .as("seed %s, program %s, in a session: %s: %s", SEED, program, inSession, steps)
                                .isEqualTo(sequential);
                        assertThat(table(sessions)).isEqualTo(left);
                    }
                    failures += sequential.contains("Exception") ? 1 : 0;
                }
                assertThat(failures).as("programs of both kinds").isBetween(5, PROGRAMS - 5);
            });
        }
    }

    private static void fill() {
        Route.postgres()
                .execute(
                        "drop table if exists random_pipeline",
                        "create table random_pipeline (id int primary key, n int)",
                        "insert into random_pipeline select i * 3, i from generate_series(1, 8) i");
    }

    private static String table(DatabaseSessionFactory sessions) {
        return sessions.sql("select * from random_pipeline order by id").rows().toString();
    }

    private static String inTurn(DatabaseSessionFactory sessions, List<Step> steps) {
        fill();
        try {
            return sessions.write(session -> steps.stream()
                            .map(step -> executed(session.sql(step.sql()), step))
                            .toList())
                    .toString();
        } catch (DatabaseException failure) {
            return told(failure);
        }
    }

    private static String together(DatabaseSessionFactory sessions, List<Step> steps, boolean inSession) {
        fill();
        try {
            List<Supplier<Object>> results = inSession
                    ? sessions.write(session -> session.pipeline(pipeline -> queue(pipeline, steps)))
                    : sessions.pipeline(pipeline -> queue(pipeline, steps));
            return results.stream().map(Supplier::get).toList().toString();
        } catch (DatabaseException failure) {
            return told(failure);
        }
    }

    private static List<Supplier<Object>> queue(Pipeline pipeline, List<Step> steps) {
        return steps.stream().map(step -> queued(pipeline, step)).toList();
    }
}
