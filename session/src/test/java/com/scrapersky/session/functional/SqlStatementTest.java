package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.ConstraintViolationException;
import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.InvalidStatementException;
import com.scrapersky.session.Row;
import com.scrapersky.session.SessionUsageException;
import com.scrapersky.session.UnexpectedResultException;
import com.scrapersky.session.testkit.MustChangeBackend;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@MustChangeBackend
class SqlStatementTest {

    record Profile(UUID id, String displayName, boolean active, int visits, Instant createdAt, List<String> tags) {}

    record NewItem(int id, String displayName) {}

    public static final class Bean {
        private int id;
        private String displayName;

        public void setId(int id) {
            this.id = id;
        }

        public void setDisplayName(String displayName) {
            this.displayName = displayName;
        }

        public void setUnrelated(String unrelated) {
            throw new AssertionError(unrelated);
        }
    }

    private static final String PROFILE =
            "select '550e8400-e29b-41d4-a716-446655440000'::uuid id, 'Ada' display_name, true active,"
                    + " 7::int8 visits, '2026-01-02 03:04:05+00'::timestamptz created_at, array['x','y'] tags, 'more' surplus";

    @ParameterizedTest
    @EnumSource(Route.class)
    void mapsRowsToRecordsBeansAndColumns(Route route) {
        try (DatabaseSessionFactory sessions = route.open()) {
            assertThat(sessions.sql(PROFILE).list(Profile.class))
                    .containsExactly(new Profile(
                            UUID.fromString("550e8400-e29b-41d4-a716-446655440000"),
                            "Ada",
                            true,
                            7,
                            Instant.parse("2026-01-02T03:04:05Z"),
                            List.of("x", "y")));
            Bean bean = sessions.sql("select 5 id, 'Bea' display_name").single(Bean.class);
            assertThat(bean.id).isEqualTo(5);
            assertThat(bean.displayName).isEqualTo("Bea");
            assertThat(sessions.sql("select n from generate_series(1, 3) n").list(Long.class))
                    .containsExactly(1L, 2L, 3L);
            assertThat(sessions.sql("values (1), (null)").list(Integer.class)).containsExactly(1, null);
            assertThat(sessions.sql("select null::text").optional(String.class)).isEmpty();
            assertThat(sessions.sql("select 1 where false").optional(Integer.class))
                    .isEmpty();
            assertThat(sessions.sql("select 1 a, 2 b where false").optionalRow())
                    .isEmpty();
        }
    }

    @Test
    void saysWhichResultDoesNotFit() {
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_26.open()) {
            assertUnexpected(() -> sessions.sql("select 1 where false").row(), "no row");
            assertUnexpected(() -> sessions.sql("values (1), (2)").row(), "more than one row");
            assertUnexpected(() -> sessions.sql("values (1), (2)").optional(Integer.class), "more than one row");
            assertUnexpected(() -> sessions.sql("select null::int").single(Integer.class), "null");
            assertUnexpected(() -> sessions.sql("select 1 a, 2 b").single(Integer.class), "[a, b]");
            assertUnexpected(() -> sessions.sql("select 1 a, 2 a").rows(), "two columns named \"a\"");
            assertUnexpected(() -> sessions.sql("select 1 id").list(NewItem.class), "[displayName]");
            assertUnexpected(
                    () -> sessions.sql("select null::int id, 'x' display_name").list(NewItem.class),
                    "id: the value is null");
            assertUnexpected(() -> sessions.sql("select 1").update(), "is a query");
            assertUnexpected(() -> sessions.sql("select 1").list(Runnable.class), "java.lang.Runnable");
            Row row = sessions.sql("select 1 a, null::int b").row();
            assertUnexpected(() -> row.getInt("c"), "[a, b]");
            assertUnexpected(() -> row.getInt("b"), "null");
            assertUnexpected(() -> row.getUuid("a"), "column \"a\"");
            assertThat(row.get("c")).isNull();
            assertThat(row).hasToString("{a=1, b=null}");
            assertThatThrownBy(() -> row.put("a", 2)).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    private static void assertUnexpected(Runnable call, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOf(UnexpectedResultException.class)
                .hasMessageContaining(message);
    }

    @Test
    void wantsEveryParameterAndNoOther() {
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_18.open()) {
            assertThatThrownBy(() -> sessions.sql("select :a, :b")
                            .param("b", 1)
                            .param("d", 2)
                            .rows())
                    .isInstanceOf(InvalidStatementException.class)
                    .hasMessageContaining("missing [a], surplus [d]");
            assertThatThrownBy(() -> sessions.sql("select :id")
                            .params(new NewItem(1, "x"))
                            .rows())
                    .hasMessageContaining("surplus [displayName]");
            assertThatThrownBy(() -> sessions.sql("select :a").batch(List.of(Map.of("b", 1))))
                    .hasMessageContaining("missing [a], surplus [b]");
            assertThatThrownBy(() -> sessions.sql("select $1").rows()).isInstanceOf(InvalidStatementException.class);
            assertThatThrownBy(() -> sessions.sql("select 'x").rows()).isInstanceOf(InvalidStatementException.class);
            assertThatThrownBy(() -> sessions.sql("select 1").pageSize(0))
                    .isInstanceOf(InvalidStatementException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void changesRowsAndCountsThem(Route route) {
        Route.postgres()
                .execute(
                        "drop table if exists statement_test",
                        "create table statement_test (id int primary key, display_name text)");
        try (DatabaseSessionFactory sessions = route.open()) {
            assertThat(sessions.sql("insert into statement_test values (:id, :display_name)")
                            .params(new NewItem(1, "one"))
                            .update())
                    .isEqualTo(1);
            assertThat(sessions.sql("insert into statement_test values (2, 'two'), (3, 'three') returning id")
                            .update())
                    .isEqualTo(2);
            assertThat(sessions.sql(
                                    "update statement_test set display_name = upper(display_name) where id > :id returning *")
                            .param("id", 1)
                            .list(NewItem.class))
                    .containsExactlyInAnyOrder(new NewItem(2, "TWO"), new NewItem(3, "THREE"));
            assertThat(sessions.sql("delete from statement_test where id = any(:ids)")
                            .param("ids", List.of(1, 2, 99))
                            .update())
                    .isEqualTo(2);
            assertThat(sessions.sql("insert into statement_test values (10, 'a'); select count(*) from statement_test")
                            .single(Long.class))
                    .isEqualTo(2L);
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void executesABatchAllOrNothing(Route route) {
        Route.postgres()
                .execute(
                        "drop table if exists statement_test",
                        "create table statement_test (id int primary key, display_name text)");
        try (DatabaseSessionFactory sessions = route.open()) {
            List<NewItem> items = IntStream.range(0, 500)
                    .mapToObj(id -> new NewItem(id, id % 2 == 0 ? null : "item " + id))
                    .toList();
            String insert = "insert into statement_test values (:id, :displayName)";
            assertThat(sessions.sql(insert).batch(items)).hasSize(500).containsOnly(1);
            assertThat(sessions.sql(insert).batch(List.of())).isEmpty();
            assertThatThrownBy(() -> sessions.sql(insert)
                            .batch(List.of(new NewItem(1000, "a"), new NewItem(7, "secret"), new NewItem(1001, "b"))))
                    .isInstanceOf(ConstraintViolationException.class)
                    .hasMessageContaining("entry 1 of the batch")
                    .hasMessageNotContaining("secret");
            List<NewItem> many = IntStream.range(0, 1500)
                    .mapToObj(id -> new NewItem(id == 1400 ? 7 : 10_000 + id, null))
                    .toList();
            assertThatThrownBy(() -> sessions.sql(insert).batch(many)).hasMessageContaining("entry 1400 of the batch");
            assertThat(sessions.sql("select count(*), count(display_name) named from statement_test")
                            .row())
                    .containsExactlyInAnyOrderEntriesOf(Map.of("count", 500L, "named", 250L));
            assertThat(sessions.sql("update statement_test set display_name = :prefix || id where id = :id")
                            .param("prefix", "p")
                            .batch(List.of(Map.of("id", 1), Map.of("id", -1))))
                    .containsExactly(1, 0);
            assertThat(sessions.sql("with gone as (delete from statement_test where id = :id returning id)"
                                    + " insert into statement_test select id + 5000, 'moved' from gone")
                            .batch(List.of(Map.of("id", 2), Map.of("id", 4))))
                    .containsExactly(1, 1);
            assertThatThrownBy(() -> sessions.sql(insert + " returning id").batch(items))
                    .isInstanceOf(InvalidStatementException.class)
                    .hasMessageContaining("RETURNING");
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void streamsOnePageAtATimeAndClosesItself(Route route) {
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                        route.changing().url())
                .maximumPoolSize(1)
                .build()) {
            String numbers = "select n from generate_series(1, 10000) n";
            for (int i = 0; i < 3; i++) {
                // A connection that was not given back would be missing here: there is only one.
                assertThat(sessions.sql(numbers).pageSize(100).stream(Integer.class)
                                .mapToLong(n -> n)
                                .sum())
                        .isEqualTo(50_005_000L);
            }
            try (Stream<Row> rows = sessions.sql(numbers).pageSize(10).stream()) {
                assertThat(rows.limit(15).map(row -> row.getInt("n"))).hasSize(15);
            }
            assertThatThrownBy(() ->
                            sessions.sql("select 1 / (n - 150) from generate_series(1, 200) n").pageSize(100).stream(
                                            Integer.class)
                                    .forEach(n -> {}))
                    .hasMessageContaining("division by zero");
            assertThatThrownBy(() -> sessions.sql(numbers).stream(Integer.class).forEach(n -> {
                        throw new IllegalStateException("the reader's own");
                    }))
                    .hasMessage("the reader's own");
            Route.postgres().execute("drop table if exists stream_test", "create table stream_test as select 1 as id");
            assertThatThrownBy(() -> sessions.sql("delete from stream_test returning id").stream()
                            .forEach(row -> {
                                throw new IllegalStateException("the reader's own");
                            }))
                    .hasMessage("the reader's own");
            assertThat(sessions.sql("select count(*) from stream_test").single(Integer.class))
                    .as("rolled back with its reader")
                    .isEqualTo(1);
            assertThatThrownBy(() -> sessions.sql("select nonsense").stream()).hasMessageContaining("nonsense");
            int left = sessions.read(session -> {
                // Left open: the session's end closes it.
                var unused =
                        session.sql(numbers).pageSize(10).stream().iterator().next();
                return session.sql("select 7").single(Integer.class);
            });
            assertThat(left).isEqualTo(7);
            assertThat(sessions.sql("select 8").single(Integer.class)).isEqualTo(8);
        }
    }

    /** A row with a range is read by JDBC, one without is read as it came. */
    @ParameterizedTest
    @ValueSource(strings = {"n", "n, int4range(n, n + 1) as range"})
    void aStreamThatIsClosedWithinAPageGivesNoMoreRows(String columns) {
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                        Route.PGBOUNCER_1_26.endpoint().url())
                .maximumPoolSize(1)
                .build()) {
            List<Integer> seen = new ArrayList<>();
            try (Stream<Row> rows =
                    sessions.sql("select " + columns + " from generate_series(1, 100) n").pageSize(10).stream()) {
                rows.forEach(row -> {
                    seen.add(row.getInt("n"));
                    if (seen.size() == 15) {
                        rows.close();
                    }
                });
            }
            assertThat(seen).hasSize(15).endsWith(15);
            assertThat(sessions.sql("select 8").single(Integer.class)).isEqualTo(8);
            try (DatabaseSession session = sessions.openSession()) {
                Stream<Row> rows =
                        session.sql("select " + columns + " from generate_series(1, 100) n").pageSize(10).stream();
                assertThatThrownBy(() -> rows.forEach(row -> session.close()))
                        .isInstanceOf(SessionUsageException.class)
                        .hasMessageContaining("end of its session");
            }
        }
    }
}
