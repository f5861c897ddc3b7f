package com.scrapersky.session.doctor.internal.command;

import com.scrapersky.session.InvalidDatabaseUrlException;
import com.scrapersky.session.doctor.internal.examine.Examination;
import com.scrapersky.session.doctor.internal.examine.Target;
import com.scrapersky.session.doctor.internal.paste.Configurations;
import com.scrapersky.session.doctor.internal.report.JsonReport;
import com.scrapersky.session.doctor.internal.report.Report;
import com.scrapersky.session.doctor.internal.report.Severity;
import com.scrapersky.session.doctor.internal.report.Style;
import com.scrapersky.session.doctor.internal.report.TextReport;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code doctor [URL]}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        versionProvider = RootCommand.Version.class,
        sortOptions = false,
        description = {
            "Point it at a database URL: which pooler is in between, what breaks behind it, what to change.",
            "",
            "It reads only, leaves nothing behind, and tries a password once."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:healthy, or nothing as bad as --fail-on",
            "1:findings as bad as --fail-on, or worse",
            "2:the command line or the URL cannot be understood",
            "3:no connection",
            "4:the login was refused"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  doctor postgresql://app@db.example.com:6432/shop   asks for the password",
            "  doctor                                             takes DATABASE_URL",
            "  vault read -field=url secret/db | doctor -         no password in the shell's history",
            "  doctor --json --fail-on warning                    for a deployment check",
            "  doctor --paste hikaricp,flyway                     what to write into the program's configuration"
        })
public final class RootCommand implements Callable<Integer> {

    private final Console console;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "URL",
            description = {
                "postgresql://user@host:port/database, a jdbc: URL or host=… dbname=…; - reads it from standard input.",
                "Without it: DATABASE_URL, then SPRING_DATASOURCE_URL (with SPRING_DATASOURCE_USERNAME and _PASSWORD).",
                "A password that is missing is taken from PGPASSWORD, or asked for without echo."
            })
    private @Nullable String url;

    @Option(names = "--json", description = "Print the report as JSON (schema " + JsonReport.SCHEMA + ").")
    private boolean json;

    @Option(
            names = "--fail-on",
            paramLabel = "SEVERITY",
            defaultValue = "error",
            description = "From which severity on the exit code is 1: info, warning, error (the default) or never.")
    private String failOn = "error";

    @Option(
            names = "--paste",
            paramLabel = "TOOL",
            split = ",",
            description =
                    "Whose configuration to print, ready to paste; spring-boot unless told. all, none, or of: ${COMPLETION-CANDIDATES}",
            completionCandidates = Tools.class)
    private List<String> paste = List.of("spring-boot");

    @Option(
            names = "--instances",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "How many instances of the program share the database; for the pool size.")
    private int instances = 1;

    @Option(
            names = "--pooler-limits",
            description =
                    "Ask PgBouncer's own database for its limits, by one more login; the role must be one of its admin_users or stats_users.")
    private boolean poolerLimits;

    @Option(names = "--offline", description = "Tell what the URL means, and ask nobody.")
    private boolean offline;

    @Option(
            names = "--color",
            paramLabel = "WHEN",
            defaultValue = "auto",
            description = "always, never, or auto (the default): on a terminal, unless NO_COLOR is set.")
    private String color = "auto";

    private RootCommand(Console console) {
        this.console = console;
    }

    /** The names for {@code --paste}. */
    static final class Tools implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Configurations.tools().iterator();
        }
    }

    /** Of the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = RootCommand.class.getPackage().getImplementationVersion();
            return new String[] {"sky-doctor " + (version == null ? "(not from its jar)" : version)};
        }
    }

    /** Runs what the arguments ask for; gives the exit code. */
    public static int run(Console console, String... arguments) {
        return commandLine(console).execute(arguments);
    }

    /** The command with all that belongs to it. */
    public static CommandLine commandLine(Console console) {
        CommandLine commandLine = new CommandLine(new RootCommand(console));
        commandLine.addSubcommand(new ExplainCommand(console));
        commandLine.addSubcommand(new ScanCommand(console));
        commandLine.addSubcommand(new ProxyCommand());
        commandLine.addSubcommand(new WatchCommand(console));
        commandLine.addSubcommand(new CompletionCommand(console));
        commandLine.setOut(new PrintWriter(new OutputStreamWriter(console.out(), StandardCharsets.UTF_8), true));
        commandLine.setErr(new PrintWriter(new OutputStreamWriter(console.err(), StandardCharsets.UTF_8), true));
        commandLine.setColorScheme(CommandLine.Help.defaultColorScheme(
                isColoured(console, "auto") ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        commandLine.setUsageHelpWidth(Math.min(Console.USUAL_COLUMNS, Math.max(55, console.columns())));
        // The whole help would push the mistake off the screen.
        commandLine.setParameterExceptionHandler((mistake, arguments) -> {
            PrintWriter err = mistake.getCommandLine().getErr();
            err.println(mistake.getMessage());
            UnmatchedArgumentException.printSuggestions(mistake, err);
            err.println(mistake.getCommandLine().getCommandSpec().qualifiedName() + " --help tells what there is.");
            return 2;
        });
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof InvalidDatabaseUrlException) {
                command.getErr().println(failure.getMessage());
                return 2;
            }
            throw failure;
        });
        return commandLine;
    }

    @Override
    public Integer call() {
        Optional<Severity> failing = failing();
        List<String> shown = shown();
        Target target = target();
        TextReport text = new TextReport(console.out(), style(console, color), console.columns());
        Report report;
        try (Waiting waiting = new Waiting(console.err())) {
            Examination examination = new Examination(target, instances(), poolerLimits, console.clock(), waiting);
            if (!json) {
                examination.tell(text::print);
            }
            report = offline ? examination.offline() : examination.run();
        }
        int exitCode = report.exitCode(failing);
        if (json) {
            console.out().println(JsonReport.of(report, exitCode));
        } else {
            text.printEnd(report, shown);
        }
        return exitCode;
    }

    private Optional<Severity> failing() {
        if (failOn.equals("never")) {
            return Optional.empty();
        }
        return Optional.of(Arrays.stream(Severity.values())
                .filter(severity -> severity.id().equals(failOn.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> mistake("--fail-on takes info, warning, error or never, not " + failOn)));
    }

    private int instances() {
        if (instances < 1) {
            throw mistake("--instances takes a number from 1 on");
        }
        return instances;
    }

    private List<String> shown() {
        if (paste.contains("all")) {
            return Configurations.tools();
        }
        for (String tool : paste) {
            if (!tool.equals("none") && !Configurations.tools().contains(tool)) {
                throw mistake("--paste knows no " + tool + "; it knows all, none, "
                        + Configurations.tools().stream().collect(Collectors.joining(", ")));
            }
        }
        return paste;
    }

    private Target target() {
        Target target = Target.parse(Urls.text(console, url).orElseThrow(() -> mistake(Urls.MISSING)));
        if (!offline) {
            return Urls.withPassword(console, target);
        }
        String given = console.variable("PGPASSWORD");
        return target.url().hasPassword() || given.isEmpty() ? target : target.withPassword(given);
    }

    static Style style(Console console, String when) {
        return isColoured(console, when) ? Style.COLOURED : Style.PLAIN;
    }

    private static boolean isColoured(Console console, String when) {
        return switch (when) {
            case "always" -> true;
            case "never" -> false;
            default -> console.terminal() && console.variable("NO_COLOR").isEmpty();
        };
    }

    private ParameterException mistake(String text) {
        CommandSpec own = spec;
        if (own == null) {
            throw new IllegalStateException(text);
        }
        return new ParameterException(own.commandLine(), text);
    }
}
