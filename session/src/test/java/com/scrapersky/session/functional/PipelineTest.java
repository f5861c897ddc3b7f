package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.InvalidStatementException;
import com.scrapersky.session.Pipeline;
import com.scrapersky.session.Result;
import com.scrapersky.session.Row;
import com.scrapersky.session.SessionUsageException;
import com.scrapersky.session.UnexpectedResultException;
import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.LeakProbe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Statements that travel together, on every way to the database. */
class PipelineTest {

    public record Item(int id, String name) {}

    static void table() {
        Route.postgres()
                .execute(
                        "drop table if exists pipeline_test",
                        "create table pipeline_test (id int primary key, name text, check (name <> 'forbidden'))");
    }

    private static List<Item> items(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(id -> new Item(id, id % 3 == 0 ? null : "item " + id))
                .toList();
    }

    static long count(DatabaseSessionFactory sessions) {
        return sessions.sql("select count(*) from pipeline_test").single(Long.class);
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void eachStatementHasItsOwnResult(Route route) {
        table();
        try (DatabaseSessionFactory sessions = route.open()) {
            // Repeated, so that a driver which names statements would have done so.
            for (int round = 0; round < 8; round++) {
                Pipeline pipeline = sessions.pipeline();
                Result<int[]> inserted = pipeline.sql("insert into pipeline_test values (:id, :name)")
                        .batch(items(0, 20));
                Result<Integer> updated = pipeline.sql("update pipeline_test set name = :name where id < :limit")
                        .param("name", "new")
                        .param("limit", 5)
                        .update();
                Result<List<Row>> rows = pipeline.sql("select * from pipeline_test where id = any(:ids) order by id")
                        .param("ids", List.of(4, 6, 99))
                        .rows();
                Result<Row> row = pipeline.sql("select count(*) n, :text t")
                        .param("text", "x")
                        .row();
                Result<Optional<Row>> none =
                        pipeline.sql("select * from pipeline_test where id < 0").optionalRow();
                Result<List<Item>> list = pipeline.sql("select * from pipeline_test where id = 19")
                        .list(Item.class);
                Result<Integer> single = pipeline.sql("delete from pipeline_test where id = 19 returning id")
                        .single(Integer.class);
                Result<Optional<String>> optional = pipeline.sql("select name from pipeline_test where id = 18")
                        .optional(String.class);
                Result<Integer> returning =
                        pipeline.sql("delete from pipeline_test returning id").update();
                Result<List<Row>> last = pipeline.sql("select 1 a; select 2 b").rows();
                assertThatThrownBy(row::get)
                        .isInstanceOf(SessionUsageException.class)
                        .hasMessageContaining("before the pipeline was executed");
                pipeline.execute();
                assertThat(inserted.get()).hasSize(20).containsOnly(1);
                assertThat(updated.get()).isEqualTo(5);
                assertThat(rows.get()).extracting(one -> one.get("name")).containsExactly("new", null);
                assertThat(row.get().getLong("n")).isEqualTo(1);
                assertThat(none.get()).isEmpty();
                assertThat(list.get()).containsExactly(new Item(19, "item 19"));
                assertThat(single.get()).isEqualTo(19);
                assertThat(optional.get()).isEmpty();
                assertThat(returning.get()).isEqualTo(19);
                assertThat(last.get().get(0).getInt("b")).isEqualTo(2);
            }
            assertThat(count(sessions)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void isPartOfItsSession(Route route) {
        table();
        try (DatabaseSessionFactory sessions = route.open()) {
            assertThatThrownBy(() -> sessions.write(session -> {
                        session.sql("insert into pipeline_test values (1, 'a')").update();
                        Result<Long> seen = session.pipeline(pipeline -> {
                            pipeline.sql("insert into pipeline_test values (2, 'b')")
                                    .update();
                            return pipeline.sql("select count(*) from pipeline_test")
                                    .single(Long.class);
                        });
                        assertThat(seen.get()).isEqualTo(2);
                        throw new IllegalStateException("changed my mind");
                    }))
                    .hasMessage("changed my mind");
            assertThat(count(sessions)).isZero();
            sessions.write(session -> {
                Pipeline pipeline = session.pipeline();
                pipeline.sql("insert into pipeline_test values (3, 'c')").update();
                pipeline.execute();
                pipeline = session.pipeline();
                pipeline.sql("insert into pipeline_test values (4, 'd')").update();
                pipeline.execute();
                return null;
            });
            assertThat(count(sessions)).isEqualTo(2);
            assertThat(sessions.read(session -> session.pipeline(pipeline ->
                                    pipeline.sql("show transaction_read_only").single(String.class)))
                            .get())
                    .isEqualTo("on");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Route.class, names = "DIRECT", mode = EnumSource.Mode.EXCLUDE)
    void eachRunsOnOneBackendAndLeavesNothing(Route route) throws Exception {
        table();
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                                route.endpoint().url())
                        .maximumPoolSize(1)
                        .build();
                Backends backends = Backends.of(route.pooler());
                LeakProbe probe = LeakProbe.before(backends)) {
            Set<Integer> pids = new HashSet<>();
            for (int i = 0; i < 12; i++) {
                int id = i;
                boolean fails = i % 4 == 3;
                backends.onAnother(() -> {
                    Pipeline pipeline = sessions.pipeline();
                    Result<Integer> first =
                            pipeline.sql("select pg_backend_pid()").single(Integer.class);
                    pipeline.sql("set local statement_timeout = '9s'").update();
                    pipeline.sql("select set_config('search_path', 'pg_catalog', true)")
                            .row();
                    Result<Integer> inserted = pipeline.sql("insert into public.pipeline_test values (:id, 'x')")
                            .param("id", id)
                            .update();
                    Result<Row> last = pipeline.sql(
                                    "select pg_backend_pid() pid, current_setting('statement_timeout') t")
                            .row();
                    if (fails) {
                        pipeline.sql("select 1 / 0").row();
                        assertThatThrownBy(pipeline::execute).hasMessageContaining("statement 6 of 6");
                        return;
                    }
                    pipeline.execute();
                    assertThat(last.get().getInt("pid")).isEqualTo(first.get());
                    assertThat(last.get().getString("t")).isEqualTo("9s");
                    assertThat(inserted.get()).isEqualTo(1);
                    pids.add(first.get());
                });
            }
            assertThat(pids).hasSize(route.pooler().poolSize());
            assertThat(count(sessions)).isEqualTo(9);
            probe.assertNothingLeaked();
        }
        FactoryTest.assertNoPreparedStatements(route);
    }

    /** What a session has set goes in front; a statement that sets something itself makes them go one by one. */
    @ParameterizedTest
    @EnumSource(value = Route.class, names = "DIRECT", mode = EnumSource.Mode.EXCLUDE)
    void findsWhatItsSessionHasSet(Route route) throws Exception {
        table();
        Route.postgres()
                .execute(
                        "drop schema if exists pipeline_tenant cascade",
                        "create schema pipeline_tenant",
                        "create table pipeline_tenant.things (id int)");
        String url = route.changing().url();
        try (DatabaseSessionFactory sessions =
                DatabaseSessionFactory.open(url + (url.contains("?") ? "&" : "?") + "currentSchema=pipeline_tenant")) {
            OtherBackends.during(route, sessions, () -> {
                for (int i = 0; i < 4; i++) {
                    Result<Long> things = sessions.pipeline(pipeline -> {
                        pipeline.sql("insert into things values (:id)")
                                .param("id", 1)
                                .update();
                        return pipeline.sql("select count(*) from things").single(Long.class);
                    });
                    assertThat(things.get()).isEqualTo(i + 1L);
                }
                sessions.write(session -> {
                    session.connection().setClientInfo("ApplicationName", "pipelined");
                    Result<String> name = session.pipeline(pipeline -> {
                        pipeline.sql("insert into things values (2)").update();
                        return pipeline.sql("select current_setting('application_name')")
                                .single(String.class);
                    });
                    assertThat(name.get()).isEqualTo("pipelined");
                    return null;
                });
                Result<Row> set = sessions.pipeline(pipeline -> {
                    pipeline.sql("insert into things values (3)").update();
                    pipeline.sql("set statement_timeout = '8s'").update();
                    return pipeline.sql(
                                    "select current_setting('statement_timeout') t, (select count(*) from things) n")
                            .row();
                });
                assertThat(set.get().getString("t")).isEqualTo("8s");
                assertThat(set.get().getLong("n")).isEqualTo(6);
                assertThatThrownBy(() -> sessions.pipeline(pipeline -> {
                            pipeline.sql("insert into things values (4)").update();
                            pipeline.sql("set statement_timeout = '8s'").update();
                            return pipeline.sql("select 1 / 0").row();
                        }))
                        .hasMessageContaining("statement 3 of 3");
                assertThat(sessions.sql("select count(*) from things").single(Long.class))
                        .isEqualTo(6);
            });
        } finally {
            Route.postgres().execute("drop schema pipeline_tenant cascade");
        }
    }

    @Test
    void refusesWhatCannotBeMeant() {
        table();
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_18.open()) {
            sessions.pipeline().execute();
            assertThatThrownBy(() -> sessions.pipeline().sql("copy pipeline_test from stdin"))
                    .isInstanceOf(InvalidStatementException.class)
                    .hasMessageContaining("COPY");
            assertThatThrownBy(() -> sessions.pipeline().sql("commit")).isInstanceOf(SessionUsageException.class);
            assertThatThrownBy(() -> sessions.pipeline().sql("select :a").row())
                    .isInstanceOf(InvalidStatementException.class)
                    .hasMessageContaining("missing [a]");
            assertThatThrownBy(() -> sessions.pipeline().sql("select 1").update())
                    .isInstanceOf(UnexpectedResultException.class);
            assertThatThrownBy(() -> sessions.write(session -> {
                        session.sql("insert into pipeline_test values (1, 'a')").update();
                        return session.pipeline().sql("select 1").row();
                    }))
                    .isInstanceOf(SessionUsageException.class)
                    .hasMessageContaining("never executed");
            assertThat(count(sessions)).isZero();
            assertThatThrownBy(() -> sessions.pipeline(pipeline -> {
                        pipeline.sql("insert into pipeline_test values (1, 'a')")
                                .update();
                        throw new IllegalStateException("no");
                    }))
                    .hasMessage("no");
            assertThat(count(sessions)).isZero();
            Pipeline pipeline = sessions.pipeline();
            Result<Integer> none = pipeline.sql("select id from pipeline_test").single(Integer.class);
            Result<Integer> inserted =
                    pipeline.sql("insert into pipeline_test values (1, 'a')").update();
            pipeline.execute();
            assertThat(inserted.get()).isEqualTo(1);
            assertThatThrownBy(none::get)
                    .isInstanceOf(UnexpectedResultException.class)
                    .hasMessageContaining("no row");
            DatabaseSession session = sessions.openSession();
            Pipeline late = session.pipeline();
            session.close();
            assertThatThrownBy(() -> late.sql("select 1")).isInstanceOf(SessionUsageException.class);
        }
    }

    /**
     * PgBouncer answers some Parse itself, and can put that into the middle of another answer: client and pooler then wait for
     * each other, or the client reads what is no message. Each pipeline is on another backend, which may or may not have the
     * names already.
     */
    @ParameterizedTest
    @EnumSource(Route.class)
    void namesAreGivenOnlyWhereNoAnswerIsAwaited(Route route) {
        table();
        Random random = new Random(7);
        try (DatabaseSessionFactory sessions = route.open()) {
            OtherBackends.during(route, sessions, () -> {
                int before = 0;
                for (int round = 0; round < 40; round++) {
                    Pipeline pipeline = sessions.pipeline();
                    Result<Integer> backend =
                            pipeline.sql("select pg_backend_pid()").single(Integer.class);
                    List<Result<List<Row>>> pages = new ArrayList<>();
                    int first = random.nextInt(12);
                    for (int i = 0; i < 30; i++) {
                        int text = first + random.nextInt(5);
                        pages.add(pipeline.sql("select g as c" + text + ", repeat('x', " + text * 20
                                        + ") as t from generate_series(1, :n) g")
                                .param("n", 20)
                                .rows());
                    }
                    boolean fails = round % 3 == 2;
                    if (fails) {
                        pipeline.sql("select 1 / (:n - 20)").param("n", 20).row();
                        assertThatThrownBy(pipeline::execute).hasMessageContaining("statement 32 of 32");
                        before = 0;
                    } else {
                        pipeline.execute();
                        assertThat(pages)
                                .allSatisfy(page -> assertThat(page.get()).hasSize(20));
                        if (!route.isDirect()) {
                            assertThat(backend.get()).isNotEqualTo(before);
                        }
                        before = backend.get();
                    }
                }
                assertThat(count(sessions)).isZero();
            });
        }
    }

    /** Types that change from one set to the next: what was parsed for one must not be used for the other. */
    @ParameterizedTest
    @EnumSource(Route.class)
    void aBatchMayChangeTheTypesOfItsValues(Route route) {
        Route.postgres()
                .execute(
                        "drop table if exists pipeline_types",
                        "create table pipeline_types (n int, v numeric, t text, b bytea, a int[])");
        try (DatabaseSessionFactory sessions = route.open()) {
            List<Map<String, Object>> sets = new ArrayList<>();
            for (int n = 0; n < 60; n++) {
                Map<String, Object> set = new HashMap<>();
                set.put("n", n);
                set.put("v", n % 5 == 0 ? null : n % 5 == 1 ? (Object) 5L : n % 5 == 2 ? "5.0" : n % 5 == 3 ? 5.0 : 5);
                set.put("t", n % 4 == 0 ? null : "t" + n);
                set.put("b", n % 3 == 0 ? null : new byte[] {0, (byte) n, -1});
                set.put("a", n % 7 == 0 ? null : List.of(n, n + 1));
                sets.add(set);
            }
            assertThat(sessions.sql("insert into pipeline_types values (:n, :v, :t, :b, :a)")
                            .batch(sets))
                    .hasSize(60)
                    .containsOnly(1);
            List<Row> rows =
                    sessions.sql("select * from pipeline_types order by n").rows();
            for (int n = 0; n < 60; n++) {
                Row row = rows.get(n);
                assertThat(row.get("t")).isEqualTo(sets.get(n).get("t"));
                assertThat(row.get("b")).isEqualTo(sets.get(n).get("b"));
                assertThat(row.get("a")).isEqualTo(sets.get(n).get("a"));
                assertThat(row.get("v") == null).isEqualTo(sets.get(n).get("v") == null);
                if (row.get("v") != null) {
                    assertThat(row.getBigDecimal("v")).isEqualByComparingTo("5");
                }
            }
        }
    }
}
