package com.scrapersky.session.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.SessionFeature;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Code in PL/pgSQL is tested with the DO blocks of {@link GuardedSqlTest}; here is what is left. */
class CodeBodyTest {

    private static final String[] PIECES = {
        "set",
        "reset",
        "local",
        "session",
        "all",
        "role",
        "time",
        "zone",
        "authorization",
        "characteristics",
        "transaction",
        "isolation",
        "to",
        "=",
        "default",
        "x",
        ".",
        "'y'",
        "set_config",
        "(",
        "(",
        ")",
        ")",
        ",",
        "false",
        "null",
        "::",
        "text",
        "cast",
        "as",
        "do",
        "$$",
        "$a$",
        "begin",
        "end",
        ";",
        "execute",
        "format",
        "'%I set'",
        "||",
        "quote_ident",
        "explain",
        "create",
        "temp",
        "table",
        "on",
        "commit",
        "drop",
        "prepare",
        "deallocate",
        "declare",
        "cursor",
        "with",
        "hold",
        "for",
        "select",
        "into",
        "language",
        "plpgsql",
        "reindex",
        "alter",
        "detach",
        "{",
        "}",
        "call",
        "?",
        "if",
        "then",
        "else",
        "loop",
        "U&\"\\",
        "uescape",
        "'!'",
        "e'\\'",
        "--",
        "/*",
        "*/",
        "\n"
    };

    @Test
    void nothingThatIsWrittenMakesItThrow() {
        Random random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = 1 + random.nextInt(20);
            for (int j = 0; j < length; j++) {
                text.append(PIECES[random.nextInt(PIECES.length)]).append(random.nextInt(4) == 0 ? "" : " ");
            }
            GuardedSql sql = GuardedSql.of(text.toString());
            for (SqlPart part : sql.parts()) {
                assertThat(GuardedSql.of(part.replacement()).parts().size())
                        .as("statements in the replacement of: " + part.text())
                        .isEqualTo(part.statements());
            }
            CodeBody.of("plpgsql", text.toString());
            CodeBody.of("plpython3u", text.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plpy.execute(\"SET app.x = 1\")",
                "spi_exec_query('set app.x = 1')",
                "plv8.execute(`SELECT set_config('app.x', 'y', false)`)",
                "spi_exec \"reset app.x\""
            })
    void ofOtherLanguages(String source) {
        for (String language : new String[] {"plpython3u", "plperl", "plv8", "PLTCL"}) {
            CodeBody body = CodeBody.of(language, source);
            assertThat(body.features()).contains(SessionFeature.HIDDEN_SETTING);
            assertThat(body.settings()).contains("app.x");
            assertThat(body.reachesAnything()).isTrue();
        }
    }

    @Test
    void ofOtherLanguagesThatOnlyCompute() {
        CodeBody body = CodeBody.of("plpython3u", "s = set([1, 2])\nreturn 'set' in s");
        assertThat(body.features()).isEmpty();
        assertThat(body.reachesAnything()).isFalse();
    }

    @Test
    void ofOtherLanguagesThatRememberSomething() {
        assertThat(CodeBody.of("plperl", "$_SHARED{tenant} = $_[0]; return;").features())
                .containsExactly(SessionFeature.EXTENSION_STATE);
        assertThat(CodeBody.of("plpython3u", "GD['tenant'] = 7").features())
                .containsExactly(SessionFeature.EXTENSION_STATE);
    }

    @Test
    void ofLanguagesWhoseCodeIsElsewhere() {
        assertThat(CodeBody.of("java", "com.example.Work.run").features())
                .containsExactly(SessionFeature.HIDDEN_SETTING);
    }

    @Test
    void ofSql() {
        CodeBody body =
                CodeBody.of("sql", "set app.x = 1; reset app.y; update t set a = 1; select pg_advisory_lock(1)");
        assertThat(body.features())
                .containsExactlyInAnyOrder(SessionFeature.HIDDEN_SETTING, SessionFeature.ADVISORY_LOCK);
        assertThat(body.settings()).containsExactlyInAnyOrder("app.x", "app.y");
        assertThat(body.words()).contains("update", "t", "pg_advisory_lock");
    }
}
