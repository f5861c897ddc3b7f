package com.scrapersky.session.doctor;

import com.scrapersky.session.doctor.internal.command.Console;
import com.scrapersky.session.doctor.internal.command.RootCommand;
import com.scrapersky.session.doctor.internal.report.FindingKind;
import com.scrapersky.session.doctor.internal.report.JsonReport;
import com.scrapersky.session.doctor.internal.report.Severity;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;

/** {@code docs/doctor.md}, written from what the doctor says of itself. */
final class DoctorPage {

    private DoctorPage() {}

    static CommandLine command() {
        return RootCommand.commandLine(new Console(
                InputStream.nullInputStream(),
                new PrintStream(PrintStream.nullOutputStream()),
                new PrintStream(PrintStream.nullOutputStream()),
                Map.of(),
                false,
                InstantSource.system(),
                prompt -> Optional.empty()));
    }

    static String text() {
        StringBuilder page = new StringBuilder("""
                <!-- Written by DoctorPageTest; CONTRIBUTING.md says how. -->

                # The doctor

                Point it at a database URL: which pooler is in between, what breaks behind it, what to change. `bin/doctor`
                builds its jar and starts it; the jar, `session-doctor/target/sky-doctor-*-all.jar`, needs nothing but Java 17.

                It reads only: selects with unnamed statements, in no longer than a few seconds. It leaves nothing on any backend,
                and gives a password to one server, once. What it says about a pooler is what the library itself finds out
                (`DatabaseSessionFactory.Builder.diagnose()`).

                """);
        page.append("## The command\n\n");
        usage(page, command());
        command().getSubcommands().values().stream()
                .distinct()
                .filter(command -> !command.getCommandSpec().usageMessage().hidden())
                .forEach(command -> usage(page, command));
        page.append("""
                ## JSON

                `--json` prints one object, of the form of [doctor-report-1.schema.json](doctor-report-1.schema.json). `schema` is `%s` as long as nothing is taken away from this form; members may be
                added. `outcome` is `examined`, `read-only-the-url`, `not-connected` or `not-authenticated`; `exitCode` what the
                process ends with; `facts` holds one object of texts for each section of the report, of several lines
                where something was seen several times; `findings` a list of objects
                with `id`, `severity` (`info`, `warning`, `error`), `title`, `evidence`, `meaning`, `remedy` and `docs`;
                `configurations` the text to paste for each tool.

                ## Findings

                The severity is the usual one; circumstances may change it.

                """.formatted(JsonReport.SCHEMA));
        for (Severity severity : new Severity[] {Severity.ERROR, Severity.WARNING, Severity.INFO}) {
            Arrays.stream(FindingKind.values())
                    .filter(kind -> kind.severity() == severity)
                    .forEach(kind -> finding(page, kind));
        }
        return page.toString();
    }

    /** {@code docs/doctor.1}: the same help for {@code man}. */
    static String manual() {
        StringBuilder page = new StringBuilder(".\\\" Written by DoctorPageTest; CONTRIBUTING.md says how.\n");
        page.append(".TH DOCTOR 1 \"\" \"Sky Session\" \"Sky Session\"\n");
        page.append(
                ".SH NAME\ndoctor \\- what is between a program and its PostgreSQL database, what breaks there, what to change\n");
        page.append(".SH SYNOPSIS\n.B doctor\n[\\fIoptions\\fR] [\\fIURL\\fR]\n");
        manual(page, "DESCRIPTION", command());
        command()
                .getSubcommands()
                .forEach((name, command) -> manual(page, "DOCTOR " + name.toUpperCase(Locale.ROOT), command));
        page.append(".SH SEE ALSO\n.BR psql (1)\n");
        return page.toString();
    }

    private static void manual(StringBuilder page, String heading, CommandLine command) {
        page.append(".SH ").append(heading).append("\n.nf\n");
        command.setUsageHelpWidth(80);
        command.getUsageMessage(CommandLine.Help.Ansi.OFF)
                .lines()
                .map(line -> line.stripTrailing().replace("\\", "\\e").replace("-", "\\-"))
                .map(line -> line.startsWith(".") || line.startsWith("'") ? "\\&" + line : line)
                .forEach(line -> page.append(line).append('\n'));
        page.append(".fi\n");
    }

    private static void usage(StringBuilder page, CommandLine command) {
        String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF)
                .lines()
                .map(String::stripTrailing)
                .collect(Collectors.joining("\n"));
        page.append("```text\n").append(help).append("\n```\n\n");
    }

    private static void finding(StringBuilder page, FindingKind kind) {
        page.append("### ").append(kind.id()).append("\n\n");
        page.append("**")
                .append(kind.title())
                .append("** (")
                .append(kind.severity().id())
                .append("). ");
        page.append(kind.meaning())
                .append(" What to do: ")
                .append(kind.remedy())
                .append(".\n\n");
    }
}
