package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.ConstraintViolationException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Interval;
import com.scrapersky.session.InvalidStatementException;
import com.scrapersky.session.Row;
import com.scrapersky.session.SessionUsageException;
import com.scrapersky.session.StatementException;
import com.scrapersky.session.TransactionRolledBackException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** COPY in and out of a session's transaction. */
class CopyTest {

    public record Person(int id, String displayName, List<String> tags) {}

    private static final String INTO = "copy copy_test (id, display_name, tags) from stdin";

    private static void table() {
        Route.postgres()
                .execute(
                        "drop table if exists copy_test",
                        "create table copy_test (id int primary key, display_name text, tags text[])");
    }

    private static long count(DatabaseSessionFactory sessions) {
        return sessions.sql("select count(*) from copy_test").single(Long.class);
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void loadsRowsOfEachKind(Route route) throws Exception {
        table();
        List<Person> people = List.of(
                new Person(1, "tab\tnewline\nreturn\rback\\slash \\N \\. end", List.of("a,b", "{c}", "\"d\"", "\\")),
                new Person(2, null, null),
                new Person(3, "", List.of()),
                new Person(4, "\\N", Arrays.asList("NULL", null, "")),
                new Person(5, "ä€😀", List.of("ü")));
        try (DatabaseSessionFactory sessions = route.open()) {
            sessions.write(session -> {
                assertThat(session.copy(INTO).from(people)).isEqualTo(5);
                Map<String, Object> map = new HashMap<>();
                map.put("tags", new String[] {"x"});
                map.put("id", 6);
                map.put("display_name", null);
                assertThat(session.copy(INTO).from(Stream.of(map))).isEqualTo(1);
                assertThat(session.copy("copy copy_test from stdin")
                                .from(List.of(
                                        new Object[] {7, "seven", null},
                                        Arrays.asList(8, null, List.of("y")),
                                        new Person(9, "nine", null))))
                        .isEqualTo(3);
                // What is loaded is there for the rest of the transaction.
                assertThat(session.sql("select count(*) from copy_test").single(Long.class))
                        .isEqualTo(9);
                return null;
            });
            assertThat(sessions.sql("select * from copy_test where id <= 5 order by id")
                            .list(Person.class))
                    .isEqualTo(people);
            assertThat(sessions.sql("select display_name from copy_test where id > 5 order by id")
                            .list(String.class))
                    .containsExactly(null, "seven", null, "nine");
            List<List<String>> out = new ArrayList<>();
            assertThat(sessions.<Long, RuntimeException>read(session -> session.copy(
                                    "copy (select id, display_name, tags from copy_test order by id) to stdout")
                            .forEachRow(out::add)))
                    .isEqualTo(9);
            assertThat(out.stream().map(row -> row.get(1)).toList())
                    .containsExactly(people.get(0).displayName(), null, "", "\\N", "ä€😀", null, "seven", null, "nine");
            assertThat(out.get(3)).containsExactly("4", "\\N", "{\"NULL\",NULL,\"\"}");
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void loadsEveryCommonType(Route route) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("u", UUID.fromString("6f1a4d5c-0a9e-4b1e-9f43-1f2b8c0d5e6f"));
        values.put("flag", true);
        values.put("small", (short) -3);
        values.put("big", Long.MIN_VALUE);
        values.put("num", new BigDecimal("1E+3"));
        values.put("dbl", Double.NEGATIVE_INFINITY);
        values.put("flt", 1.5f);
        values.put("bytes", new byte[] {0, 9, 10, 13, 92, -1});
        values.put("day", LocalDate.of(-43, 3, 15));
        values.put("forever", LocalDate.MAX);
        values.put("tm", LocalTime.of(23, 59, 59, 123456000));
        values.put("ts", LocalDateTime.of(2024, 2, 29, 1, 2, 3, 456000));
        values.put("tz", OffsetDateTime.of(2024, 2, 29, 1, 2, 3, 0, ZoneOffset.ofHoursMinutes(5, 30)));
        values.put("inst", Instant.parse("2024-01-01T00:00:00.5Z"));
        values.put("iv", new Interval(Period.of(1, 2, 3), Duration.ofSeconds(4)));
        values.put("js", "{\"a\\\"b\": \"\\n\"}");
        values.put("ints", List.of(List.of(1, 2), List.of(3, 4)));
        values.put("days", List.of(LocalDate.of(2024, 1, 1)));
        values.put("blobs", List.of(new byte[] {1, 92}));
        values.put("addr", "10.0.0.1");
        values.put("mood", Thread.State.NEW);
        Route.postgres()
                .execute(
                        "drop table if exists copy_types",
                        "create table copy_types (u uuid, flag bool, small int2, big int8, num numeric, dbl float8, flt float4,"
                                + " bytes bytea, day date, forever date, tm time, ts timestamp, tz timestamptz, inst timestamptz,"
                                + " iv interval, js jsonb, ints int[], days date[], blobs bytea[], addr inet, mood text)");
        String columns = String.join(", ", values.keySet());
        try (DatabaseSessionFactory sessions = route.open()) {
            sessions.write(session -> {
                session.copy("copy copy_types (" + columns + ") from stdin").from(List.of(values));
                String names = ":" + String.join(", :", values.keySet());
                return session.sql("insert into copy_types (" + columns + ") values (" + names + ")")
                        .params(values)
                        .update();
            });
            // Bound as parameters the same values are known to arrive; copied they must be the same.
            List<Row> rows =
                    sessions.sql("select t::text row from copy_types t").rows();
            assertThat(rows).hasSize(2);
            assertThat(rows.get(0)).isEqualTo(rows.get(1));
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void passesBytesAndCharactersAsTheyAre(Route route) throws Exception {
        table();
        String csv = IntStream.range(0, 20_000)
                .mapToObj(id -> id + ",\"name 😀 " + id + "\n\",{}")
                .reduce(new StringBuilder(), (text, line) -> text.append(line).append('\n'), StringBuilder::append)
                .toString();
        try (DatabaseSessionFactory sessions = route.open()) {
            String into = "copy copy_test from stdin with (format csv)";
            assertThat(sessions.<Long, IOException>write(
                            session -> session.copy(into).from(new StringReader(csv))))
                    .isEqualTo(20_000);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            assertThat(sessions.<Long, IOException>read(session -> session.copy(
                                    "copy (select * from copy_test order by id) to stdout with (format csv)")
                            .to(out)))
                    .isEqualTo(20_000);
            assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(csv);
            sessions.sql("delete from copy_test").update();
            assertThat(sessions.<Long, IOException>write(session ->
                            session.copy(into).from(new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)))))
                    .isEqualTo(20_000);
            ByteArrayOutputStream binary = new ByteArrayOutputStream();
            sessions.<Long, IOException>read(session -> session.copy("copy copy_test to stdout with (format binary)")
                    .to(binary));
            sessions.sql("delete from copy_test").update();
            assertThat(sessions.<Long, IOException>write(
                            session -> session.copy("copy copy_test from stdin with (format binary)")
                                    .from(new ByteArrayInputStream(binary.toByteArray()))))
                    .isEqualTo(20_000);
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void tellsHowFarItHasCome(Route route) throws Exception {
        table();
        try (DatabaseSessionFactory sessions = route.open()) {
            AtomicLong calls = new AtomicLong();
            AtomicLong rows = new AtomicLong();
            AtomicLong bytes = new AtomicLong();
            // Made while they are loaded: nothing holds them all.
            Stream<Person> people = IntStream.range(0, 50_000).mapToObj(id -> new Person(id, "x".repeat(20), null));
            long loaded = sessions.<Long, RuntimeException>write(session -> session.copy(INTO)
                    .progress((passed, sent) -> {
                        assertThat(passed).isGreaterThanOrEqualTo(rows.getAndSet(passed));
                        assertThat(sent).isGreaterThanOrEqualTo(bytes.getAndSet(sent));
                        calls.incrementAndGet();
                    })
                    .from(people));
            assertThat(loaded).isEqualTo(50_000).isEqualTo(rows.get());
            long sent = bytes.get();
            assertThat(calls.get()).isBetween(sent / 70_000, sent / 60_000 + 2);
            calls.set(0);
            sessions.<Long, IOException>read(session -> session.copy("copy copy_test to stdout")
                    .progress((passed, received) -> {
                        rows.set(passed);
                        bytes.set(received);
                        calls.incrementAndGet();
                    })
                    .to(OutputStream.nullOutputStream()));
            assertThat(rows.get()).isEqualTo(50_000);
            assertThat(bytes.get()).isEqualTo(sent);
            assertThat(calls.get()).isGreaterThan(10);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Route.class, names = "DIRECT", mode = EnumSource.Mode.EXCLUDE)
    void whatThrowsCancelsItAndTheConnectionGoesOn(Route route) throws Exception {
        table();
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                        route.changing().url())
                .maximumPoolSize(1)
                .build()) {
            OtherBackends.during(route, sessions, () -> {
                Stream<Person> failing = IntStream.range(0, 10_000).mapToObj(id -> {
                    if (id == 9_000) {
                        throw new IllegalStateException("the source's own");
                    }
                    return new Person(id, "x", null);
                });
                assertThatThrownBy(() ->
                                sessions.write(session -> session.copy(INTO).from(failing)))
                        .hasMessage("the source's own");
                assertThat(count(sessions)).isZero();
                InputStream broken = new InputStream() {
                    private int at;

                    @Override
                    public int read() throws IOException {
                        if (at++ > 100_000) {
                            throw new IOException("the stream's own");
                        }
                        return '\n';
                    }
                };
                assertThatThrownBy(() ->
                                sessions.write(session -> session.copy(INTO).from(broken)))
                        .isInstanceOf(IOException.class)
                        .hasMessage("the stream's own");
                assertThatThrownBy(() -> sessions.write(session -> session.copy(INTO)
                                .progress((rows, bytes) -> {
                                    throw new IllegalStateException("the callback's own");
                                })
                                .from(List.of(new Person(1, "x", null)))))
                        .hasMessage("the callback's own");
                // Caught within the work, it has still failed the transaction.
                assertThatThrownBy(() -> sessions.write(session -> {
                            session.sql("insert into copy_test values (1, 'kept?', null)")
                                    .update();
                            assertThatThrownBy(() -> session.copy(INTO).from(Stream.of("no row")))
                                    .isInstanceOf(InvalidStatementException.class);
                            return null;
                        }))
                        .isInstanceOf(TransactionRolledBackException.class);
                assertThat(count(sessions)).isZero();
                sessions.write(session -> {
                    assertThatThrownBy(() -> session.savepoint(inner ->
                                    inner.copy(INTO).from(List.of(new Person(1, "a", null), new Person(1, "b", null)))))
                            .isInstanceOf(ConstraintViolationException.class);
                    return session.copy(INTO).from(List.of(new Person(1, "a", null)));
                });
                assertThat(count(sessions)).isEqualTo(1);
                for (long rows : new long[] {10, 200_000}) {
                    assertThatThrownBy(() -> sessions.read(
                                    session -> session.copy("copy (select n, repeat('x', 100) from generate_series(1, "
                                                    + rows + ") n) to stdout")
                                            .forEachRow(row -> {
                                                throw new IllegalStateException("the reader's own");
                                            })))
                            .hasMessage("the reader's own");
                    assertThat(count(sessions)).isEqualTo(1);
                }
            });
        }
    }

    @Test
    void anErrorNamesTheRowAndHidesItsValue() {
        table();
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_18.open()) {
            assertThatThrownBy(() -> sessions.write(session -> session.copy(INTO)
                            .from(List.of(
                                    List.of(1, "a", List.of()),
                                    List.of(2, "b", List.of()),
                                    List.of("secret", "c", List.of())))))
                    .isInstanceOf(StatementException.class)
                    .hasMessageContaining("row 3, column id of the copy")
                    .hasMessageContaining(INTO)
                    .hasMessageNotContaining("secret");
            assertThatThrownBy(() -> sessions.write(session -> session.copy(INTO)
                            .from(List.of(new Person(77123, "a", null), new Person(77123, "b", null)))))
                    .isInstanceOf(ConstraintViolationException.class)
                    .hasMessageContaining("row 2 of the copy")
                    .hasMessageNotContaining("77123");
        }
    }

    @Test
    void refusesWhatCannotBeMeant() {
        table();
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_18.open()) {
            sessions.write(session -> {
                assertRefused(() -> session.copy("select 1"), "no COPY");
                assertRefused(() -> session.copy("copy (select :id) to stdout"), "[id]");
                assertRefused(
                        () -> session.copy("copy copy_test from '/etc/passwd'").from(List.of()), "FROM STDIN");
                assertRefused(() -> session.copy("copy copy_test to stdout").from(List.of()), "FROM STDIN");
                assertRefused(() -> session.copy(INTO).forEachRow(row -> {}), "TO STDOUT");
                assertRefused(() -> session.copy(INTO + " (format csv)").from(List.of()), "options");
                return null;
            });
            assertRows(sessions, "copy copy_test from stdin", Map.of("id", 1), "a map has no order");
            assertRows(sessions, INTO, Map.of("id", 1, "nmae", "x"), "missing [display_name, tags], surplus [nmae]");
            assertRows(sessions, INTO, List.of(1, "x"), "2 values for the columns");
            assertRows(sessions, INTO, List.of(1, "x", new Object()), "java.lang.Object");
            assertThatThrownBy(() -> sessions.write(session -> {
                        try (Stream<Row> rows = session
                                .sql("select n id, 'x' display_name, null tags" + " from generate_series(1, 2000) n")
                                .stream()) {
                            return session.copy(INTO).from(rows);
                        }
                    }))
                    .isInstanceOf(SessionUsageException.class)
                    .hasMessageContaining("COPY is under way");
            assertThat(count(sessions)).isZero();
            // Another session's stream is fine.
            assertThat(
                            sessions.<Long, RuntimeException>write(session -> session.copy(INTO)
                                    .from(sessions
                                            .sql(
                                                    "select n id, 'x' display_name, null tags from generate_series(1, 2000) n")
                                            .stream())))
                    .isEqualTo(2000);
        }
    }

    private static void assertRefused(Runnable use, String message) {
        assertThatThrownBy(use::run)
                .isInstanceOf(InvalidStatementException.class)
                .hasMessageContaining(message);
    }

    private static void assertRows(DatabaseSessionFactory sessions, String copy, Object row, String message) {
        assertThatThrownBy(() -> sessions.write(session -> session.copy(copy).from(Stream.of(row))))
                .isInstanceOf(InvalidStatementException.class)
                .hasMessageContaining("row 1 of the copy")
                .hasMessageContaining(message);
    }
}
