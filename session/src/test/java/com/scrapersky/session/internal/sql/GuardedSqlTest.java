package com.scrapersky.session.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.SqlPart.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuardedSqlTest {

    /** A text of a table, and what is expected of it. */
    record Row(String text, List<String> parts) {

        @Override
        public String toString() {
            return text;
        }
    }

    static Stream<Row> rows() {
        return Stream.of("settings", "set-config", "features", "transactions", "do-blocks")
                .flatMap(table -> read(table).stream());
    }

    /** A line that is not indented is a text, the indented ones below it are its parts. */
    static List<Row> read(String table) {
        List<Row> rows = new ArrayList<>();
        try (InputStream in = GuardedSqlTest.class.getResourceAsStream(table + ".txt")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                if (line.startsWith("#") || line.isBlank()) {
                    continue;
                }
                String text = line.replace('⏎', '\n');
                if (line.startsWith("  ")) {
                    rows.get(rows.size() - 1).parts().add(text.substring(2));
                } else {
                    rows.add(new Row(text, new ArrayList<>()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void classifies(Row row) {
        GuardedSql sql = GuardedSql.of(row.text());
        assertThat(describe(sql)).isEqualTo(row.parts());
        assertThat(sql.text()).isSameAs(row.text());
        assertThat(sql.isPlain())
                .isEqualTo(sql.parts().stream()
                        .allMatch(part -> (part.kind() == Kind.QUERY || part.kind() == Kind.UTILITY)
                                && part.features().isEmpty()));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void whatIsSentInsteadSetsNothingForTheSession(Row row) {
        for (SqlPart part : GuardedSql.of(row.text()).parts()) {
            if (!part.replacement().equals(part.text())) {
                List<SqlPart> sent = GuardedSql.of(part.replacement()).parts();
                assertThat(sent).hasSize(part.statements());
                assertThat(sent)
                        .allMatch(
                                each -> each.keeps().isEmpty() && each.resets().isEmpty());
                assertThat(sent).allMatch(each -> each.replacement().equals(each.text()));
            }
        }
    }

    private static List<String> describe(GuardedSql sql) {
        List<String> parts = new ArrayList<>();
        for (SqlPart part : sql.parts()) {
            StringBuilder line = new StringBuilder(part.kind().name());
            if (!part.features().isEmpty()) {
                line.append(part.features().stream()
                        .map(SessionFeature::id)
                        .sorted()
                        .collect(Collectors.joining(",", " [", "]")));
            }
            line.append(part.keeps().isEmpty() ? "" : " keeps " + String.join(",", part.keeps()));
            line.append(part.resets().isEmpty() ? "" : " resets " + String.join(",", part.resets()));
            line.append(part.name().isEmpty() ? "" : " name " + part.name());
            line.append(part.chain() ? " chain" : "");
            line.append(part.isolationGiven() ? " isolation" : "");
            line.append(part.readOnlyGiven() ? " read-only" : "");
            line.append(part.deferrableGiven() ? " deferrable" : "");
            line.append(part.placeholders() == 0 ? "" : " ?" + part.placeholders());
            line.append(sql.reachesAnything() ? " any-name" : "");
            line.append(sql.definesCode() ? " defines-code" : "");
            line.append(part.replacement().equals(part.text()) ? "" : " -> " + part.replacement());
            parts.add(line.toString());
        }
        return parts;
    }

    @Test
    void theTablesAreLong() {
        assertThat(rows().count()).isGreaterThan(300);
    }

    @Test
    void knowsTheNamesInCode() {
        GuardedSql sql = GuardedSql.of("select Login(\"Some Name\".x), 'secret', $$ quoted $$ /* comment */ from T_1");
        assertThat(sql.mentions(Set.of("login"))).isTrue();
        assertThat(sql.mentions(Set.of("some name"))).isTrue();
        assertThat(sql.mentions(Set.of("t_1", "other"))).isTrue();
        assertThat(sql.mentions(Set.of("secret", "quoted", "comment", "other"))).isFalse();
        assertThat(sql.mentions(Set.of())).isFalse();
    }

    @Test
    void knowsTheNamesInDoBlocks() {
        assertThat(GuardedSql.of("do $$ begin perform Login(); end $$").mentions(Set.of("login")))
                .isTrue();
        assertThat(GuardedSql.of("do $$ begin execute 'select login()'; end $$").mentions(Set.of("login")))
                .isTrue();
        assertThat(GuardedSql.of("do $$ begin raise notice 'login'; end $$").mentions(Set.of("login")))
                .isFalse();
        assertThat(GuardedSql.of("do $$ begin execute format('insert into %I default values', t); end $$")
                        .mentions(Set.of("whatever")))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT 1 FOR UPDATE", "INSERT INTO t VALUES (1)", "CREATE TABLE t (a int)", "CALL p()"})
    void mostStatementsTakeASnapshot(String text) {
        assertThat(GuardedSql.of(text).parts().get(0).snapshot()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN",
                "COMMIT",
                "SAVEPOINT a",
                "SET x.y = 1",
                "RESET x.y",
                "SHOW x.y",
                "LOCK TABLE t",
                "NOTIFY a",
                "SET TRANSACTION READ ONLY",
                "SET LOCAL x.y = 1",
                "SET CONSTRAINTS ALL DEFERRED",
                "FETCH 1 FROM c"
            })
    void someTakeNoSnapshot(String text) {
        assertThat(GuardedSql.of(text).parts().get(0).snapshot()).isFalse();
    }

    @Test
    void blanksAreNoStatement() {
        assertThat(GuardedSql.of("").parts()).isEmpty();
        assertThat(GuardedSql.of(" ; \n ;").parts()).isEmpty();
        assertThat(GuardedSql.of("").isPlain()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1",
                "SELECT id, Upper(name) FROM t WHERE (a = ? or b in (?, ?)) and c::numeric(10, 2) > 1 order by 1",
                "with x as (select 1) select count(*) filter (where true) from x",
                "values (1), (2)",
                "table t",
                "select 1 union all (select 2)"
            })
    void knowsWhatOnlyReads(String sql) {
        assertThat(GuardedSql.of(sql).isPure()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "select f()",
                "select \"count\"(*) from t",
                "select app.count(*) from t",
                "select nextval('s')",
                "select set_config('a.b', 'c', true)",
                "select pg_advisory_lock(1)",
                "with x as (insert into t values (1) returning *) select * from x",
                "with x as (delete from t returning *) select * from x",
                "select * into u from t",
                "select * from t for update",
                "select 1; select 2",
                "select {fn now()}",
                "insert into t values (1)",
                "call p()",
                "explain analyze insert into t values (1)",
                "do $$ begin end $$"
            })
    void takesNothingElseForIt(String sql) {
        assertThat(GuardedSql.of(sql).isPure()).isFalse();
    }
}
