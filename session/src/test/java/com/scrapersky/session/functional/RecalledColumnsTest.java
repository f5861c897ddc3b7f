package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.postgresql.core.Field;

/** Statements without a name whose rows come in binary, as those of named ones do. */
class RecalledColumnsTest {

    /** The columns of each answer as the driver saw them, but for those of the factory's own first questions. */
    private static final class Watched implements AutoCloseable {

        private final Logger driver = Logger.getLogger("org.postgresql.core.v3.QueryExecutorImpl");
        private final Level before = driver.getLevel();
        private final boolean shown = driver.getUseParentHandlers();
        private final List<Boolean> binary = new ArrayList<>();
        private final Handler handler = new Handler() {
            @Override
            public void publish(LogRecord message) {
                Object[] values = message.getParameters();
                if (values != null && values.length == 1 && values[0] instanceof Field column) {
                    binary.add(column.getFormat() == Field.BINARY_FORMAT);
                }
            }

            @Override
            public void flush() {
                // Nothing is kept back.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };

        Watched(DatabaseSessionFactory sessions) {
            sessions.sql("select recalled from (values (1)) as first (recalled)")
                    .row();
            driver.setUseParentHandlers(false);
            driver.setLevel(Level.FINEST);
            handler.setLevel(Level.FINEST);
            driver.addHandler(handler);
        }

        List<Boolean> formats() {
            List<Boolean> seen = List.copyOf(binary);
            binary.clear();
            return seen;
        }

        @Override
        public void close() {
            driver.removeHandler(handler);
            driver.setLevel(before);
            driver.setUseParentHandlers(shown);
        }
    }

    private static String table(Route route, String columns) {
        String table = "recalled_" + route.name().toLowerCase(Locale.ROOT);
        Route.postgres()
                .execute(
                        "drop table if exists " + table,
                        "create table " + table + " (" + columns + ")",
                        "insert into " + table + " default values");
        return table;
    }

    private static DatabaseSessionFactory open(Route route) {
        return DatabaseSessionFactory.builder(route.changing().url())
                .maximumPoolSize(1)
                .build();
    }

    @ParameterizedTest
    @EnumSource(
            value = Route.class,
            names = {"PGBOUNCER_1_18", "ODYSSEY", "LIKE_PGBOUNCER_1_18", "LIKE_SUPAVISOR"})
    void fromTheSecondTimeOnTheyComeInBinary(Route route) {
        String table = table(route, "at timestamptz default '2026-11-28 12:00:00.5+01', name text default 'n'");
        try (DatabaseSessionFactory sessions = open(route);
                Watched watched = new Watched(sessions)) {
            Set<Integer> backends = new HashSet<>();
            List<Row> rows = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                watched.formats();
                Row row = sessions.sql("select at, name, pg_backend_pid() as pid from " + table + " where name = :name")
                        .param("name", "n")
                        .row();
                // In front of them, where something is told to each backend, the columns of that.
                List<Boolean> formats = watched.formats();
                assertThat(formats.subList(formats.size() - 3, formats.size()))
                        .isEqualTo(i == 0 ? List.of(false, false, false) : List.of(true, false, true));
                backends.add(row.getInt("pid"));
                rows.add(row);
            }
            assertThat(backends).hasSizeGreaterThan(1);
            assertThat(rows).allSatisfy(row -> {
                assertThat(row.get("at")).isEqualTo(rows.get(0).get("at"));
                assertThat(row.get("name")).isEqualTo("n");
            });
            assertThat(sessions.statistics().namedStatements()).isZero();
        }
    }

    /** What was executed may not be executed twice, or its failure would end a transaction that would have gone on. */
    @ParameterizedTest
    @EnumSource(
            value = Route.class,
            names = {"PGBOUNCER_1_18", "LIKE_SUPAVISOR"})
    void onlyWhatMayBeRepeatedDoes(Route route) {
        String table = table(route, "n int default 1");
        Route.postgres()
                .execute("create or replace function recalled_writer() returns int language sql as" + " 'insert into "
                        + table + " values (0) returning 1'");
        try (DatabaseSessionFactory sessions = open(route);
                Watched watched = new Watched(sessions)) {
            for (int i = 0; i < 3; i++) {
                sessions.sql("insert into " + table + " values (2) returning n").row();
                sessions.sql("select recalled_writer() as n").row();
                sessions.write(session ->
                        session.sql("select n from " + table + " limit 1").row());
            }
            assertThat(watched.formats()).hasSizeGreaterThanOrEqualTo(9).containsOnly(false);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Route.class, mode = Mode.EXCLUDE, names = "DIRECT")
    void changedTablesAreReadWithoutAnError(Route route) {
        String table = table(route, "a int default 1");
        List<String> changes = List.of(
                "add column b timestamptz default '2026-01-01 00:00:00+00'",
                "add column c int default 7",
                "drop column c",
                "alter column a drop default, alter column a type inet using '10.0.0.1'::inet",
                "alter column b drop default, alter column b type jsonb using to_jsonb(b)",
                "alter column a type text using '5'",
                "drop column b",
                "alter column a type int using a::int",
                "add column d jsonb default '{}'",
                "drop column a",
                "add column e int default 3");
        List<List<Object>> expected = List.of(
                List.of(1, "2026-01-01T00:00Z"),
                List.of(1, "2026-01-01T00:00Z", 7),
                List.of(1, "2026-01-01T00:00Z"),
                List.of("10.0.0.1", "2026-01-01T00:00Z"),
                List.of("10.0.0.1", "\"2026-01-01T00:00:00+00:00\""),
                List.of("5", "\"2026-01-01T00:00:00+00:00\""),
                List.of("5"),
                List.of(5),
                List.of(5, "{}"),
                List.of("{}"),
                List.of("{}", 3));
        try (DatabaseSessionFactory sessions = open(route)) {
            for (int change = 0; change < changes.size(); change++) {
                for (int i = 0; i < 3; i++) {
                    sessions.sql("select * from " + table).row();
                }
                Route.postgres().execute("set timezone = 'UTC'; alter table " + table + " " + changes.get(change));
                for (int i = 0; i < 3; i++) {
                    Row row = sessions.sql("select * from " + table).row();
                    assertThat(row.values().stream()
                                    .map(RecalledColumnsTest::shown)
                                    .toList())
                            .as(changes.get(change))
                            .isEqualTo(expected.get(change));
                }
            }
        }
    }

    /** A changed table is no lost name. */
    @ParameterizedTest
    @EnumSource(
            value = Route.class,
            names = {"PGBOUNCER_1_26", "LIKE_PGBOUNCER_1_26"})
    void changedTablesLeaveTheNamesOfOthers(Route route) {
        String table = table(route, "n int default 1");
        try (DatabaseSessionFactory sessions = open(route)) {
            for (int change = 0; change < 30; change++) {
                String read = "select *, " + change + " as text from " + table;
                for (int i = 0; i < 7; i++) {
                    sessions.sql(read).row();
                }
                Route.postgres().execute("alter table " + table + " add column c" + change + " int");
                assertThat(sessions.sql(read).row()).hasSize(3 + change);
            }
            long before = sessions.statistics().namedStatements();
            for (int i = 0; i < 20; i++) {
                sessions.sql("select 1 as one").row();
            }
            assertThat(sessions.statistics().namedStatements() - before).isGreaterThan(10);
        }
    }

    /** In binary the driver would write them in another way than the server. */
    @ParameterizedTest
    @EnumSource(
            value = Route.class,
            names = {"PGBOUNCER_1_18", "LIKE_SUPAVISOR"})
    void pointsAreAlwaysReadAsTheServerWritesThem(Route route) {
        try (DatabaseSessionFactory sessions = open(route)) {
            for (int i = 0; i < 3; i++) {
                assertThat(sessions.sql("select 1 as n, '(1,2e30)'::point as p, '(1,2),(0,0)'::box as b")
                                .row())
                        .containsEntry("p", "(1,2e+30)")
                        .containsEntry("b", "(1,2),(0,0)");
            }
        }
    }

    private static List<List<Object>> values(List<Row> rows) {
        return rows.stream()
                .map(row -> row.values().stream()
                        .map(value -> value instanceof byte[] bytes ? Arrays.toString(bytes) : value)
                        .toList())
                .toList();
    }

    private static Object shown(Object value) {
        return value instanceof Integer ? value : value.toString();
    }

    @ParameterizedTest
    @EnumSource(
            value = Route.class,
            names = {"PGBOUNCER_1_18", "LIKE_SUPAVISOR"})
    void theValuesAreThoseOfText(Route route) {
        String sql = "select i2, i4, i8, f4, f8, n, b, u, d, t, tz, ts, tstz, bytes, ints, texts, o, j from (values ("
                + "-1::int2, -2::int4, 1234567890123::int8, 1.5::float4, 'NaN'::float8, 12.50::numeric, true,"
                + " '00000000-0000-0000-0000-00000000002a'::uuid, '0044-03-15 BC'::date, '23:59:59.999999'::time,"
                + " '12:00+05:30'::timetz, 'infinity'::timestamp, '-infinity'::timestamptz, '\\x00ff'::bytea,"
                + " '{1,null,3}'::int[], '{a,\"b c\",null}'::text[], 4294967295::oid, '{\"a\": 1}'::jsonb),"
                + " (null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,"
                + " null))"
                + " as v (i2, i4, i8, f4, f8, n, b, u, d, t, tz, ts, tstz, bytes, ints, texts, o, j)";
        String others =
                "select i4, f4, f8, n, ts, tstz, d from (values (0, '-0'::float4, '-infinity'::float8, 'NaN'::numeric,"
                        + " '1999-12-31 23:59:59.999999'::timestamp, '2026-03-29 02:30:00+02'::timestamptz, 'infinity'::date),"
                        + " (-2147483648, '1e-30'::float4, '1e300'::float8, '-1e100'::numeric, '0001-01-01 BC'::timestamp,"
                        + " '294276-12-31 23:59:59+00'::timestamptz, '5874897-12-31'::date)) as w (i4, f4, f8, n, ts, tstz, d)";
        try (DatabaseSessionFactory sessions = open(route);
                Watched watched = new Watched(sessions)) {
            for (String text : List.of(sql, others)) {
                List<Row> asText = sessions.sql(text).rows();
                assertThat(watched.formats()).containsOnly(false);
                List<Row> asBinary = sessions.sql(text).rows();
                assertThat(watched.formats()).contains(true);
                assertThat(values(asBinary)).isEqualTo(values(asText));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Route.class,
            names = {"PGBOUNCER_1_18", "LIKE_SUPAVISOR"})
    void aStatementThatFailsIsReadAsBeforeAfterwards(Route route) {
        try (DatabaseSessionFactory sessions = open(route)) {
            for (int i = 0; i < 6; i++) {
                assertThat(sessions.sql("select 12 / :n as n")
                                .param("n", 4)
                                .row()
                                .getInt("n"))
                        .isEqualTo(3);
                assertThatThrownBy(() -> sessions.sql("select 12 / :n as n")
                                .param("n", 0)
                                .row())
                        .isInstanceOf(DatabaseException.class)
                        .hasMessageContaining("division by zero");
                assertThatThrownBy(() -> sessions.sql("select 12 / :n as n")
                                .param("n", "four")
                                .row())
                        .isInstanceOf(DatabaseException.class);
                // Another type, and so another Parse.
                assertThat(sessions.sql("select 12 / :n as n")
                                .param("n", 4L)
                                .row()
                                .getLong("n"))
                        .isEqualTo(3);
            }
        }
    }
}
