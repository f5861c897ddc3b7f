package com.scrapersky.session.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Parser;

/** The driver cuts a text into statements and finds its parameters; {@link GuardedSql} must see the same ones. */
class SplittingTest {

    private static final String[] PIECES = {
        " ",
        "\n",
        "\t",
        ";",
        ";",
        ";",
        "(",
        ")",
        "'",
        "''",
        "\"",
        "$$",
        "$a$",
        "--",
        "/*",
        "*/",
        "?",
        "??",
        "\\",
        "e'",
        "E'a\\'b'",
        "U&'x'",
        "u&\"x\"",
        "uescape",
        "'!'",
        "n'x'",
        "create",
        "CREATE",
        "begin",
        "atomic",
        "select",
        "insert",
        "update",
        "delete",
        "with",
        "alter",
        "move",
        "end",
        "x",
        "a.b",
        "1",
        "1.5",
        "$1",
        "=",
        "::",
        "->",
        "a$b$",
        "é",
        "–",
        "\u0001",
        "\u2003",
        "'😀'",
        ",",
        "set",
        "declare",
        "-",
        "/",
        "'a;b'",
        "$q$;$q$",
        "\"a;b\"",
        "-- c;\n",
        "/* c; */"
    };

    static Stream<GuardedSqlTest.Row> tables() {
        return GuardedSqlTest.rows();
    }

    @ParameterizedTest
    @MethodSource("tables")
    void theTablesAsTheDriver(GuardedSqlTest.Row row) throws SQLException {
        // The texts in which the server's view of a string is not the driver's.
        if (!row.text().matches(".*(E'a''b\\\\'|[–\u2003]\\$).*")) {
            assertSame(row.text());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                "select 1;",
                "select 1;;select 2; -- done",
                "-- a",
                "select 1; /* b */",
                "create function f() begin atomic select 1; select 2; end; select 3",
                "create function f() as $$ begin atomic; $$; select 3",
                "create rule r as on insert to t do also (select 1; select 2); select 3",
                "select 'a;b;",
                "select \"a;b;",
                "select $$a;b;",
                "select /* a;b;",
                "select ) ; select 1",
                "select \u0001$e$; select ?; $e$; select 2",
                "select a–$e; select ?; $e$; select 2",
                "select 1;\u3000",
                "\u3000;select 1"
            })
    void hardTextsAsTheDriver(String text) throws SQLException {
        assertSame(text);
    }

    @Test
    void randomTextsAsTheDriver() throws SQLException {
        Random random = new Random(42);
        for (int i = 0; i < 100_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = 1 + random.nextInt(14);
            for (int j = 0; j < length; j++) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
                text.append(random.nextInt(3) == 0 ? " " : "");
            }
            // Behind a quote in an E'…', and at a dollar sign behind a dash, the driver has not the server's view (see
            // SqlTokens).
            if (!text.toString().matches("(?is).*(\\be'.*(''|\\\\')|[–\u2003]\\$).*")) {
                assertSame(text.toString());
            }
        }
    }

    private static void assertSame(String text) throws SQLException {
        List<NativeQuery> driver = Parser.parseJdbcSql(text, true, true, true, false, true);
        List<SqlPart> parts = GuardedSql.of(text).parts();
        assertThat(parts).as(text).hasSameSizeAs(driver);
        for (int i = 0; i < parts.size(); i++) {
            SqlPart part = parts.get(i);
            NativeQuery query = driver.get(i);
            assertThat(part.placeholders()).as(text).isEqualTo(query.bindPositions.length);
            assertThat(nativeText(part.text())).as(text).isEqualTo(query.nativeSql.strip());
        }
    }

    private static String nativeText(String part) throws SQLException {
        List<NativeQuery> queries = Parser.parseJdbcSql(part, true, true, false, false, true);
        return queries.get(0).nativeSql.strip();
    }
}
