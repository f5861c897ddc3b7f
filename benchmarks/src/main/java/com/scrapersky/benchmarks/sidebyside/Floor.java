package com.scrapersky.benchmarks.sidebyside;

import com.scrapersky.benchmarks.peers.Texts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** pgbench doing the same work in C: what the server and the wire can do at the best. */
final class Floor {

    private static final Pattern LATENCY = Pattern.compile("tps = ([0-9.]+)");

    private static final String KEY = "\\set id random(1, " + (Texts.PROFILES - Texts.PAGE) + ")\n";

    private Floor() {}

    /** Where pgbench is, or nothing: it comes with PostgreSQL's packages, and not with the embedded one. */
    static Optional<Path> program() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return List.of(path.split(java.io.File.pathSeparator)).stream()
                .map(folder -> Path.of(folder, "pgbench"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Nanoseconds for each operation, over all clients; nothing for work that pgbench cannot do. */
    static Optional<Double> nanos(Path program, Route route, Workload workload, int threads, int seconds)
            throws IOException, InterruptedException {
        Optional<String> script = script(workload);
        if (script.isEmpty()) {
            return Optional.empty();
        }
        Path file = Files.createTempFile("bench", ".sql");
        try {
            Files.writeString(file, script.get());
            Process process = new ProcessBuilder(
                            program.toString(),
                            "-n",
                            "-M",
                            route.isPooled() ? "extended" : "prepared",
                            "-c",
                            Integer.toString(threads),
                            "-j",
                            "1",
                            "-T",
                            Integer.toString(seconds),
                            "-f",
                            file.toString(),
                            "-h",
                            route.host(),
                            "-p",
                            Integer.toString(route.port()),
                            "-U",
                            route.user(),
                            route.database())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor(1, TimeUnit.MINUTES);
            Matcher tps = LATENCY.matcher(output);
            if (!tps.find()) {
                throw new IOException("pgbench said: " + output);
            }
            return Optional.of(1e9 / Double.parseDouble(tps.group(1)));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static Optional<String> script(Workload workload) {
        String context = Texts.CONTEXT
                .replaceFirst("\\?", "'" + Texts.ROLE + "'")
                .replaceFirst(", \\?,", ", '" + Texts.CLAIMS.replace(":", ": ") + "',");
        String one = Texts.ONE.replace("?", ":id") + ";\n";
        String insert = Texts.INSERT.replace("(?, ?)", "(:id, 'a note of some length, as people write them')") + ";\n";
        return switch (workload) {
            case ONE_ROW -> Optional.of(KEY + one);
            case PAGE -> Optional.of(KEY + Texts.PAGE_OF_ROWS.replace("?", ":id") + ";\n");
            case INSERT -> Optional.of(KEY + insert);
            case CONTEXT -> Optional.of(KEY + "begin;\n" + context + ";\n" + one + "commit;\n");
            case TRANSACTION ->
                Optional.of(KEY + "begin;\n" + one + one + one + Texts.UPDATE.replace("?", ":id") + ";\n" + insert
                        + "commit;\n");
            case BATCH, STREAM -> Optional.empty();
        };
    }

    static String missing() {
        return String.format(
                Locale.ROOT,
                "pgbench is not on the PATH (Debian: package postgresql-contrib or postgresql-15), so there is no floor.");
    }
}
