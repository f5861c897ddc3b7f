package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Interval;
import com.scrapersky.session.InvalidStatementException;
import com.scrapersky.session.Row;
import com.scrapersky.session.UnexpectedResultException;
import com.scrapersky.session.testkit.MustChangeBackend;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@MustChangeBackend
class TypesTest {

    /** More than pgjdbc needs to go over to named statements with binary results, where those are allowed. */
    private static final int OFTEN = 8;

    enum Mood {
        happy,
        sad
    }

    /** One for all values: to open each anew for each of them took most of the time. */
    private static final Map<Route, DatabaseSessionFactory> SESSIONS = new EnumMap<>(Route.class);

    @AfterAll
    static void closeSessions() {
        SESSIONS.values().forEach(DatabaseSessionFactory::close);
        SESSIONS.clear();
    }

    @BeforeAll
    static void types() {
        Route.postgres().execute("drop type if exists mood", "create type mood as enum ('happy', 'sad')");
    }

    static Stream<Arguments> values() {
        UUID uuid = UUID.fromString("550e8400-e29b-41d4-a716-446655440000");
        OffsetDateTime moment = OffsetDateTime.of(2026, 3, 29, 1, 30, 0, 123_456_000, ZoneOffset.UTC);
        LocalDateTime inTheGap = LocalDateTime.of(2026, 3, 29, 2, 30, 0, 1000);
        return Stream.of(
                value("uuid", uuid),
                value("text", "größer 😀 '\"\\ :a ? $$"),
                value("varchar(10)", ""),
                value("char(3)", "abc"),
                value("boolean", true),
                value("int2", -32768),
                value("int4", Integer.MIN_VALUE),
                value("int8", Long.MAX_VALUE),
                value("numeric", new BigDecimal("12345678901234567890.000000001")),
                value("numeric(5,2)", new BigDecimal("-1.50")),
                value("float4", 1.5f),
                value("float8", Double.MIN_VALUE),
                value("float8", Double.NaN),
                value("bytea", new byte[] {0, 1, -1, 92}),
                value("date", LocalDate.of(2026, 2, 28)),
                value("date", LocalDate.of(-43, 3, 15)),
                value("time", LocalTime.of(23, 59, 59, 999_999_000)),
                value("timetz", OffsetTime.of(1, 2, 3, 0, ZoneOffset.ofHoursMinutes(5, 30))),
                value("timestamp", inTheGap),
                value("timestamptz", moment),
                value("interval", new Interval(Period.of(1, 2, 3), Duration.ofMillis(-4500))),
                value("interval", Interval.of(Duration.ofHours(30))),
                value("json", "{\"a\": [1, null]}"),
                value("jsonb", "{\"a\": [1, null]}"),
                value("mood", "happy"),
                value("int4range", "[1,5)"),
                value("tsrange", "[\"2026-01-01 00:00:00\",)"),
                value("inet", "192.168.0.1/24"),
                value("inet", "fe80::1"),
                value("cidr", "10.0.0.0/8"),
                value("macaddr", "08:00:2b:01:02:03"),
                value("bit(3)", "101"),
                value("xml", "<a>1</a>"),
                value("text[]", Arrays.asList("a", null, "NULL", "", "b,c", "{d}", "\"e\\", " f ")),
                value("text[]", List.of()),
                value("int4[]", List.of(1, 2, 3)),
                value("int4[]", List.of(List.of(1, 2), List.of(3, 4))),
                value("int8[]", List.of(1L, Long.MAX_VALUE)),
                value("uuid[]", List.of(uuid)),
                value("boolean[]", Arrays.asList(true, false, null)),
                value("numeric[]", List.of(new BigDecimal("1.10"))),
                value("float8[]", List.of(1.5, -2.0)),
                value("float4[]", List.of(1.5f)),
                value("date[]", List.of(LocalDate.of(2026, 1, 2), LocalDate.of(-43, 3, 15), LocalDate.MAX)),
                value("timestamp[]", List.of(inTheGap)),
                value("timestamptz[]", List.of(moment)),
                value("time[]", List.of(LocalTime.NOON, LocalTime.MAX)),
                value("date[]", List.of(LocalDate.of(0, 2, 29), LocalDate.MIN)),
                value(
                        "timestamptz[]",
                        List.of(OffsetDateTime.of(0, 2, 29, 23, 59, 59, 0, ZoneOffset.UTC), OffsetDateTime.MAX)),
                value("timetz[]", List.of(OffsetTime.of(1, 2, 3, 0, ZoneOffset.ofHours(2)))),
                value("interval[]", List.of(Interval.of(Duration.ofMinutes(90)))),
                value("jsonb[]", List.of("{\"a\": 1}")),
                value("inet[]", List.of("10.0.0.1")),
                value("int4range[]", List.of("[1,5)")));
    }

    private static Arguments value(String type, Object value) {
        return Arguments.of(type, value);
    }

    @ParameterizedTest
    @MethodSource("values")
    void goesThroughATableUnchangedOnEveryRoute(String type, Object value) {
        List<String> statements = new ArrayList<>();
        for (Route route : Route.values()) {
            statements.add("drop table if exists " + table(type, route));
            statements.add("create table " + table(type, route) + " (v " + type + ")");
        }
        Route.postgres().execute(statements.toArray(String[]::new));
        for (Route route : Route.values()) {
            String table = table(type, route);
            DatabaseSessionFactory sessions = SESSIONS.computeIfAbsent(route, Route::open);
            for (int i = 0; i < OFTEN; i++) {
                Object back = sessions.write(session -> {
                    session.sql("insert into " + table + " values (:v)")
                            .param("v", value)
                            .update();
                    Object read = session.sql("select v from " + table).row().get("v");
                    session.setRollbackOnly();
                    return read;
                });
                assertThat(back).as("%s on %s, time %d", type, route, i).isEqualTo(value);
            }
            sessions.sql("insert into " + table + " values (:v)")
                    .param("v", null)
                    .update();
            assertThat(sessions.sql("select v from " + table).row()).containsEntry("v", null);
        }
    }

    /**
     * A table for each type: Odyssey with reserved statements keeps even unnamed ones under names of its own, by their texts, and
     * "select v from t" stays what it was when t becomes another table (0A000, 22P02; seen with 1.5).
     */
    private static String table(String type, Route route) {
        return ("types_test_" + route + "_" + type.replaceAll("\\W+", "_")).toLowerCase(Locale.ROOT);
    }

    static Stream<Arguments> conversions() {
        Instant instant = Instant.parse("2026-03-29T01:30:00Z");
        return Stream.of(
                Arguments.of("select :v::timestamptz", instant, Instant.class, instant),
                Arguments.of("select :v::timestamptz", instant.atZone(ZoneId.of("Asia/Tokyo")), Instant.class, instant),
                Arguments.of("select :v::timestamptz", java.util.Date.from(instant), Instant.class, instant),
                Arguments.of(
                        "select :v::timestamptz",
                        java.sql.Timestamp.from(instant),
                        java.sql.Timestamp.class,
                        java.sql.Timestamp.from(instant)),
                Arguments.of("select :v::mood", Mood.sad, Mood.class, Mood.sad),
                Arguments.of(
                        "select :v::interval",
                        Duration.ofSeconds(90, 1000),
                        Duration.class,
                        Duration.ofSeconds(90, 1000)),
                Arguments.of("select :v::interval", Period.ofMonths(14), Period.class, Period.of(1, 2, 0)),
                Arguments.of("select :v", BigInteger.TEN.pow(30), BigInteger.class, BigInteger.TEN.pow(30)),
                Arguments.of("select :v::int8", 7, int.class, 7),
                Arguments.of("select :v", (short) 7, Short.class, (short) 7),
                Arguments.of("select :v::text", 'x', Character.class, 'x'),
                Arguments.of("select :v::text", new StringBuilder("x"), String.class, "x"),
                Arguments.of("select :v::text", URI.create("http://x/?a=1"), String.class, "http://x/?a=1"),
                Arguments.of(
                        "select :v::inet",
                        InetAddress.getLoopbackAddress(),
                        InetAddress.class,
                        InetAddress.getLoopbackAddress()),
                Arguments.of("select :v::int4[]", new int[] {1, 2}, int[].class, new int[] {1, 2}),
                Arguments.of("select :v::text[]", new String[] {"a"}, Set.class, Set.of("a")),
                Arguments.of("select :v", Set.of(5L), List.class, List.of(5L)),
                Arguments.of(
                        "select :v::int8[]", Arrays.asList(1, 5_000_000_000L), List.class, List.of(1L, 5_000_000_000L)),
                Arguments.of("select :v::numeric", 2, BigDecimal.class, new BigDecimal("2")),
                Arguments.of(
                        "select :v::uuid",
                        "550e8400-e29b-41d4-a716-446655440000",
                        String.class,
                        "550e8400-e29b-41d4-a716-446655440000"));
    }

    @ParameterizedTest
    @MethodSource("conversions")
    void convertsWhereNothingIsLost(String text, Object value, Class<?> type, Object expected) {
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_18.open()) {
            assertThat((Object) sessions.sql(text).param("v", value).single(type))
                    .isEqualTo(expected);
        }
    }

    @Test
    void refusesToLoseAnything() {
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_18.open()) {
            Map<String, Class<?>> lossy = Map.of(
                    "5000000000", Integer.class,
                    "1.5", Long.class,
                    "interval '1 month'", Duration.class,
                    "'angry'", Mood.class,
                    "'NaN'::numeric", BigDecimal.class,
                    "16777217", Float.class,
                    "9007199254740993", Double.class);
            lossy.forEach((expression, type) -> assertThatThrownBy(
                            () -> sessions.sql("select " + expression).single(type))
                    .as("%s as %s", expression, type)
                    .isInstanceOf(UnexpectedResultException.class));
            assertThatThrownBy(() ->
                            sessions.sql("select :v").param("v", new Object()).row())
                    .isInstanceOf(InvalidStatementException.class)
                    .hasMessageContaining(":v")
                    .hasMessageContaining("java.lang.Object");
            assertThatThrownBy(() -> sessions.sql("select :v")
                            .param("v", List.of(1, "a"))
                            .row())
                    .isInstanceOf(InvalidStatementException.class);
        }
    }

    record Sets(Set<Integer> numbers, List<Mood> moods) {}

    @Test
    void convertsTheElementsOfCollections() {
        try (DatabaseSessionFactory sessions = Route.DIRECT.open()) {
            assertThat(sessions.sql("select array[1, 2]::int8[] numbers, array['sad']::mood[] moods")
                            .single(Sets.class))
                    .isEqualTo(new Sets(Set.of(1, 2), List.of(Mood.sad)));
        }
    }

    /** pgjdbc's PGInterval makes 0 of "1-2" without a word. */
    @Test
    void refusesIntervalsThatWouldBeMisread() {
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_18.open()) {
            for (String style : List.of("postgres", "postgres_verbose", "iso_8601", "sql_standard")) {
                sessions.write(session -> {
                    session.sql("set local intervalstyle = " + style).update();
                    for (String interval : List.of("1 year 2 mon -3 days 4:05:06", "-1 mon", "-3 days", "4:05:06")) {
                        Object read;
                        try {
                            read = session.sql("select :i::interval i")
                                    .param("i", interval)
                                    .row()
                                    .get("i");
                        } catch (UnexpectedResultException refused) {
                            assertThat(style).isEqualTo("sql_standard");
                            continue;
                        }
                        assertThat(read)
                                .as(style + ": " + interval)
                                .isEqualTo(
                                        switch (interval) {
                                            case "-1 mon" -> Interval.of(Period.ofMonths(-1));
                                            case "-3 days" -> Interval.of(Period.ofDays(-3));
                                            case "4:05:06" -> Interval.of(Duration.parse("PT4H5M6S"));
                                            default -> new Interval(Period.of(1, 2, -3), Duration.parse("PT4H5M6S"));
                                        });
                    }
                    return null;
                });
            }
        }
    }

    @Test
    void readsArraysOfOwnTypes() {
        try (DatabaseSessionFactory sessions = Route.DIRECT.open()) {
            Row row = sessions.sql("select array['sad', 'happy']::mood[] moods").row();
            assertThat(row.getList("moods", Mood.class)).containsExactly(Mood.sad, Mood.happy);
            assertThat(sessions.sql("select 1 where 'sad'::mood = any(:moods)")
                            .param("moods", List.of(Mood.sad))
                            .rows())
                    .hasSize(1);
        }
    }

    /** Without a declared type PostgreSQL refuses these (42P18, "could not determine data type"). */
    @ParameterizedTest
    @EnumSource(Route.class)
    void typesTextWherePostgresCannot(Route route) {
        try (DatabaseSessionFactory sessions = route.open()) {
            for (String expression : List.of(
                    "concat('%', :v, '%')",
                    "format('%s', :v)",
                    "jsonb_build_object('k', :v)::text",
                    "json_build_array(:v)::text",
                    "to_json(:v)::text",
                    "coalesce(:v, 'x')",
                    "lower(:v)",
                    ":v || 'x'",
                    "(:v is null)::text",
                    "(select v from unnest(array[:v]) v)",
                    "pg_typeof(:v)::text")) {
                assertThat(sessions.sql("select " + expression + " as r")
                                .param("v", "abc")
                                .single(String.class))
                        .as(expression)
                        .isNotNull();
                assertThat(sessions.sql("select " + expression + " as r")
                                .param("v", null)
                                .rows())
                        .as(expression)
                        .hasSize(1);
            }
            assertThat(sessions.sql("select v from unnest(:v) v")
                            .param("v", List.of("a", "b"))
                            .list(String.class))
                    .containsExactly("a", "b");
            assertThat(sessions.sql("select :v is null").param("v", 1).single(Boolean.class))
                    .isFalse();
        }
    }
}
