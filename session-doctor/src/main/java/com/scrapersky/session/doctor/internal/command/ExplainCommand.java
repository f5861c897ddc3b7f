package com.scrapersky.session.doctor.internal.command;

import com.scrapersky.session.doctor.internal.explain.Explanation;
import com.scrapersky.session.doctor.internal.report.Style;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code doctor explain TEXT}. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = {
            "Tells in plain words what a finding, a SQLSTATE or an error text means.",
            "Its cause, whether the work may be repeated, and the way out; of a class of docs/poolers.md, too. Paste the text",
            "as it is."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:explained", "1:unknown"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  doctor explain tls-wrong-name",
            "  doctor explain 40001",
            "  doctor explain 'FATAL: query_wait_timeout'",
            "  tail -1 server.log | doctor explain -"
        })
final class ExplainCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(
            arity = "1..*",
            paramLabel = "TEXT",
            description = "An id, a SQLSTATE, or an error's text; - reads it from standard input.")
    private @Nullable List<String> text;

    @Option(names = "--color", paramLabel = "WHEN", defaultValue = "auto", description = "always, never or auto.")
    private String color = "auto";

    ExplainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        String asked = String.join(" ", text == null ? List.of() : text);
        if (asked.equals("-")) {
            asked = input();
        }
        List<Explanation> found = Explanation.of(asked);
        if (found.isEmpty()) {
            console.err()
                    .println(
                            "Nothing is known about that. With its SQLSTATE, as in \"08P01 the text\", more can be told.");
            return 1;
        }
        Style style = RootCommand.style(console, color);
        for (Explanation explanation : found) {
            console.out().println(style.heading(explanation.title()));
            console.out().println("  means   " + explanation.means());
            explanation.repeat().ifPresent(repeat -> console.out().println("  repeat  " + repeat));
            console.out().println("  do      " + explanation.remedy());
            console.out().println("  more    " + explanation.link());
            console.out().println();
        }
        return 0;
    }

    private String input() {
        try {
            return new String(console.in().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
