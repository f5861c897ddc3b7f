package com.scrapersky.session.doctor.internal.command;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.doctor.internal.report.Style;
import com.scrapersky.session.doctor.internal.scan.Sarif;
import com.scrapersky.session.doctor.internal.scan.Scan;
import com.scrapersky.session.doctor.internal.scan.Sighting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code doctor scan PATH}. */
@Command(
        name = "scan",
        mixinStandardHelpOptions = true,
        description = {
            "Lists what in an application's files breaks behind a pooler in transaction mode.",
            "Each with file, line, class, and whether Sky Session keeps it, moves it to a",
            "session connection or refuses it; with reason and way out. It reads SQL, YAML,",
            "Java and Kotlin (SQL in strings, calls of JDBC, Spring and HikariCP),",
            "properties, .env, persistence.xml."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:nothing found", "1:something found", "2:no such file or directory"})
final class ScanCommand implements Callable<Integer> {

    private final Console console;

    /** How sightings are written. */
    enum Format {
        text,
        sarif
    }

    @Parameters(
            paramLabel = "PATH",
            defaultValue = ".",
            description = "A directory or a file; this directory unless told.")
    private @Nullable Path path;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text (the default), or sarif for code hosts.")
    private Format format = Format.text;

    @Option(names = "--color", paramLabel = "WHEN", defaultValue = "auto", description = "always, never or auto.")
    private String color = "auto";

    ScanCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Path root = path == null ? Path.of(".") : path;
        if (!Files.isReadable(root)) {
            console.err().println("There is nothing to read at " + root + ".");
            return 2;
        }
        Scan scan = Scan.of(root);
        if (format == Format.sarif) {
            console.out().println(Sarif.of(scan.sightings()));
        } else {
            print(scan);
        }
        return scan.sightings().isEmpty() ? 0 : 1;
    }

    private void print(Scan scan) {
        Style style = RootCommand.style(console, color);
        Set<SessionFeature> features = new TreeSet<>();
        for (Sighting sighting : scan.sightings()) {
            features.add(sighting.feature());
            console.out()
                    .println(style.heading(sighting.file() + ":" + sighting.line()) + "  ["
                            + sighting.feature().id() + ", "
                            + sighting.feature().treatment().outcome() + "]  " + sighting.shown());
        }
        if (!features.isEmpty()) {
            console.out().println();
        }
        for (SessionFeature feature : features) {
            console.out().println(style.heading(feature.title()) + "  " + style.faint("[" + feature.id() + "]"));
            console.out().println("  why      " + feature.reason());
            console.out()
                    .println("  here     Sky Session, unless a policy says otherwise: "
                            + feature.treatment().meaning());
            console.out().println("  instead  " + feature.wayOut());
            console.out().println("  more     docs/poolers.md#" + feature.id());
            console.out().println();
        }
        if (!scan.readOnlyCalls().isEmpty()) {
            Sighting first = scan.readOnlyCalls().get(0);
            console.out()
                    .println("Not counted, setReadOnly: " + scan.readOnlyCalls().size() + ", the first at "
                            + first.file()
                            + ":" + first.line()
                            + ". It stays on a backend with readOnlyMode=always only, which nothing here"
                            + " says; otherwise the driver sends it with each BEGIN.");
        }
        scan.leftOut().forEach(file -> console.out().println("Not read, larger than 2 MB: " + file));
        console.out()
                .println(
                        scan.sightings().size() + " places in " + scan.files() + " files, " + scan.lines() + " lines.");
    }
}
