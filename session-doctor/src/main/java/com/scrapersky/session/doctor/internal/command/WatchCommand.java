package com.scrapersky.session.doctor.internal.command;

import com.scrapersky.session.doctor.internal.examine.Entry;
import com.scrapersky.session.doctor.internal.examine.Target;
import com.scrapersky.session.doctor.internal.report.Report;
import com.scrapersky.session.doctor.internal.report.TextReport;
import com.scrapersky.session.doctor.internal.watch.Watch;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code doctor watch URL}. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = {
            "Looks at a database again and again, live.",
            "Who waits, how long transactions are held, how often the pooler changes the backend, and what others left on the",
            "backends that came by. One select for each look; it changes nothing."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:looked as often as told",
            "2:the URL cannot be understood",
            "3:no connection",
            "4:the login was refused"
        })
final class WatchCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(arity = "0..1", paramLabel = "URL", description = "As for doctor itself.")
    private @Nullable String url;

    @Option(
            names = "--every",
            paramLabel = "SECONDS",
            defaultValue = "2",
            description = "The pause between two looks; 2 unless told.")
    private double every = 2;

    @Option(
            names = "--times",
            paramLabel = "NUMBER",
            defaultValue = "0",
            description = "How often to look; until Ctrl-C unless told.")
    private int times;

    @Option(names = "--color", paramLabel = "WHEN", defaultValue = "auto", description = "always, never or auto.")
    private String color = "auto";

    WatchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        Optional<String> text = Urls.text(console, url);
        if (text.isEmpty()) {
            console.err().println(Urls.MISSING);
            return 2;
        }
        Target target = Urls.withPassword(console, Target.parse(text.get()));
        Report report = new Report();
        Optional<Connection> opened = Entry.open(target, report);
        if (opened.isEmpty()) {
            new TextReport(console.out(), RootCommand.style(console, color), console.columns()).print(report);
            return report.outcome().exitCode();
        }
        try (Connection connection = opened.get()) {
            Duration pause = Duration.ofMillis(Math.max(100, (long) (every * 1000)));
            new Watch(connection, console.out(), RootCommand.style(console, color)).run(times, pause);
            return 0;
        } catch (SQLException lost) {
            console.err().println("The connection was lost: " + lost.getMessage());
            return 3;
        }
    }
}
