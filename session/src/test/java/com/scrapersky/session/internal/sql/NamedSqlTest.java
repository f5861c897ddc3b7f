package com.scrapersky.session.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.internal.sql.Placeholder.Surroundings;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamedSqlTest {

    static Stream<Arguments> texts() {
        return Stream.of(
                text("select :a", "select ?", "a"),
                text("select :a, :b, :a", "select ?, ?, ?", "a", "b"),
                text("select ':a', :b", "select ':a', ?", "b"),
                text("select 'it''s :a', :b", "select 'it''s :a', ?", "b"),
                text("select E'it\\'s :a', :b", "select E'it\\'s :a', ?", "b"),
                text("select ' E\\', :b", "select ' E\\', ?", "b"),
                text("select \":a\", :b", "select \":a\", ?", "b"),
                text("select $$ :a $$, :b", "select $$ :a $$, ?", "b"),
                text("select $q$ :a $$ $q$, :b", "select $q$ :a $$ $q$, ?", "b"),
                text("select 1 -- :a\n, :b", "select 1 -- :a\n, ?", "b"),
                text("select /* :a /* :c */ :d */ :b", "select /* :a /* :c */ :d */ ?", "b"),
                text("select :a::int, x::text", "select ?::int, x::text", "a"),
                text("select f(x := :a)", "select f(x := ?)", "a"),
                text("select f(x => :a)", "select f(x => ?)", "a"),
                text(
                        "select a[1:2], a[:n], a[1:n], a[i:n], a[f(1):n]",
                        "select a[1:2], a[?], a[1:n], a[i:n], a[f(1):n]",
                        "n"),
                text("select a[:lo : :hi]", "select a[? : ?]", "lo", "hi"),
                text(
                        "select array[1, :a, case when true then :b end]",
                        "select array[1, ?, case when true then ? end]",
                        "a",
                        "b"),
                text("select flags &mask, :a", "select flags &mask, ?", "a"),
                text("select j ? 'k', j ?| :ks, j ?& array['a']", "select j ?? 'k', j ??| ?, j ??& array['a']", "ks"),
                text("select :j?'k', :j?:k, j?:k", "select ? ??'k', ? ???, j???", "j", "k"),
                text("select 1 as 😀$q$ :a $q$, :b", "select 1 as 😀$q$ :a $q$, ?", "b"),
                text("select :a:b", "select ? ?", "a", "b"),
                text("select '?' where j ?? 'k'", "select '?' where j ???? 'k'"),
                text("select :größe", "select ?", "größe"),
                text("select :a_1,:b2", "select ?,?", "a_1", "b2"),
                text("select x where a=:a;", "select x where a=?;", "a"),
                text("select :a ;  -- done", "select ? ;  -- done", "a"),
                text("select a$1, b$x$ from t where c = :c", "select a$1, b$x$ from t where c = ?", "c"),
                text("select x where :a is null or x = :a", "select x where ?::text is null or x = ?", "a"),
                text("select :a IS  NOT\nNULL", "select ?::text IS  NOT\nNULL", "a"),
                text("select :a is nullable", "select ? is nullable", "a"),
                text("select interval '1 day' * :n", "select interval '1 day' * ?", "n"),
                text("select :a between :b and :c", "select ? between ? and ?", "a", "b", "c"),
                text("select U&'\\0061:a', :b", "select U&'\\0061:a', ?", "b"),
                text("select 'a' ':x' || :b", "select 'a' ':x' || ?", "b"));
    }

    private static Arguments text(String text, String driverText, String... names) {
        return Arguments.of(text, driverText, List.of(names));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void findsParametersWhereTheyAreCode(String text, String driverText, List<String> names) throws Exception {
        NamedSql sql = NamedSql.of(text);
        assertThat(sql.driverText()).isEqualTo(driverText);
        assertThat(sql.names()).containsExactlyElementsOf(names);
        assertThat(sql.text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 'a",
                "select \"a",
                "select $$ a",
                "select $x$ a $$",
                "select /* a",
                "",
                "  -- nothing\n",
                ";;",
                "select $1",
                "select :a$b$, :c",
                "select :e'a\\', :b, '"
            })
    void refusesWhatCannotBeSent(String text) {
        assertThatThrownBy(() -> NamedSql.of(text)).isInstanceOf(SqlTextException.class);
    }

    @Test
    void knowsWhereATypeCannotBeInferred() throws Exception {
        NamedSql sql = NamedSql.of(
                "select concat('%', :a, '%'), jsonb_build_object('k', :b::text, 'l', :c), unnest(:d), x = any(:e),"
                        + " count(*) filter (where :f), coalesce(nullif(:g, 1) + 1, 2) from t where (id, n) in ((:h, :i)) and :j is null");
        assertThat(sql.placeholders())
                .extracting(Placeholder::surroundings)
                .containsExactly(
                        Surroundings.ARGUMENT_OF_ANY_TYPE,
                        Surroundings.INFERRED,
                        Surroundings.ARGUMENT_OF_ANY_TYPE,
                        Surroundings.ARGUMENT,
                        Surroundings.INFERRED,
                        Surroundings.INFERRED,
                        Surroundings.ARGUMENT,
                        Surroundings.INFERRED,
                        Surroundings.INFERRED,
                        Surroundings.NULL_TEST);
    }

    @Test
    void countsPositionsBackToTheCallersText() throws Exception {
        NamedSql sql = NamedSql.of("select '😀', :first, :second is null, oops");
        String sent = "select '😀', $1, $2::text is null, oops";
        int reported = sent.codePointCount(0, sent.indexOf("oops")) + 1;
        assertThat(sql.originalPosition(reported)).isEqualTo(sql.text().indexOf("oops") + 1);
        assertThat(sql.originalPosition(sent.codePointCount(0, sent.indexOf("$2")) + 1))
                .isEqualTo(sql.text().indexOf(":second") + 1);
        NamedSql operators = NamedSql.of("select :j?'k', oops");
        assertThat(operators.originalPosition("select $1 ?'k', ".length() + 1))
                .isEqualTo(operators.text().indexOf("oops") + 1);
        assertThat(sql.originalPosition(1)).isEqualTo(1);
        assertThat(sql.originalPosition(0)).isZero();
        assertThat(sql.originalPosition(10_000)).isEqualTo(sql.text().length() + 1);
        assertThat(NamedSql.of("select 1; select oops").originalPosition(8)).isZero();
    }

    @Test
    void abbreviatesOnOneLine() throws Exception {
        NamedSql sql = NamedSql.of("select 1,\n   2 from\tt");
        assertThat(sql.abbreviated(100)).isEqualTo("select 1, 2 from t");
        assertThat(sql.abbreviated(8)).isEqualTo("select 1 …");
        assertThat(NamedSql.of("select '😀'").abbreviated(9)).isEqualTo("select ' …");
    }
}
