package com.scrapersky.session.errors;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.internal.errors.ErrorTable;
import com.scrapersky.session.internal.errors.KnownError;
import com.scrapersky.session.internal.errors.Speaker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** {@code docs/errors.md} says what the table says. {@code -Derrors.page=write} writes it first. */
class ErrorsPageTest {

    private static final Path PAGE = Path.of("../docs/errors.md");

    private static final String INTRODUCTION = """
            <!-- Written by ErrorsPageTest; CONTRIBUTING.md says how. -->

            # Errors, and what they mean

            `DatabaseException.errorClass()` says what a failure means for the work that failed, `isRetryable()` whether the same work
            may be tried again, `retryAfter()` how long to wait before that, `advice()` what to change.

            | class | means |
            |---|---|
            | `NEVER_SENT` | no statement left the program: no connection was to be had |
            | `NOT_EXECUTED` | whoever got it refused it before anything was executed |
            | `WAIT` | the same, and there will be no room before `retryAfter()` |
            | `ROLLED_BACK` | the server undid the whole transaction, or the statement where there was no other |
            | `REJECTED` | wrong in its text, its values or its result: repeated as it is, it fails in the same way |
            | `CONFIGURATION` | nothing works before a URL, a password, a pooler or a server is set otherwise |
            | `OUTCOME_UNKNOWN` | executed and committed, or not: never repeat it blindly |

            The same words mean more or less by where they are heard: a connection that is lost under a login has sent nothing, under
            a statement of a transaction it has rolled the transaction back, and under COMMIT or a statement by itself nobody
            knows. `ErrorClassesTest` has every row but the driver's own said on the wire in all four places.

            Errors of poolers that are not here, and errors of PostgreSQL whose class is not, mean what the last row says. Every FATAL
            error ends the connection.

            What poolers tell is counted by the code in their tables: `DatabaseSessionFactory.statistics()`.
            """;

    @Test
    void isWhatTheTableGives() throws IOException {
        String text = page();
        if ("write".equals(System.getProperty("errors.page"))) {
            Files.writeString(PAGE, text);
        }
        assertThat(Files.readString(PAGE))
                .as("docs/errors.md; CONTRIBUTING.md says how it is written")
                .isEqualTo(text);
    }

    private static String page() {
        StringBuilder page = new StringBuilder(INTRODUCTION);
        for (Speaker speaker : Speaker.values()) {
            String title = speaker.title();
            page.append("\n## Told by ").append(title).append("\n\n");
            page.append(speaker.isPooler() ? "| code " : "")
                    .append("| SQLSTATE | such as | the statement | pause | way out |\n|---|---|---|---|---|")
                    .append(speaker.isPooler() ? "---|\n" : "\n");
            ErrorTable.all().stream().filter(row -> row.speaker() == speaker).forEach(row -> page.append(line(row)));
        }
        return page.toString();
    }

    private static String line(KnownError row) {
        String states = row.states().pattern();
        String code = row.speaker().isPooler() ? "| `" + row.code() + "` " : "";
        return code + "| " + (states.isEmpty() ? "any other" : cell(states.replace("|", ", "))) + " | `"
                + cell(row.example())
                + "` | " + row.meaning().consequence() + " | " + seconds(row.pause()) + " | " + cell(row.advice())
                + " |\n";
    }

    private static String seconds(Duration pause) {
        return pause.isZero() ? "" : pause.toMillis() / 1000.0 + " s";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;");
    }
}
