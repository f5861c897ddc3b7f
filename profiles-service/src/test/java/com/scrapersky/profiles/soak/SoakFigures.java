package com.scrapersky.profiles.soak;

import com.scrapersky.session.testkit.reliability.Flatness;
import com.scrapersky.session.testkit.reliability.Flatness.Look;
import com.scrapersky.session.testkit.reliability.ReliabilityPage;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What was counted during a soak, as it stands in {@code docs/reliability.md}. Not thread-safe. */
final class SoakFigures {

    private final Map<String, List<Long>> recoveries = new TreeMap<>();
    private final Map<String, Long> failures = new TreeMap<>();
    private long served;
    private long acknowledged;

    void recovered(String fault, long nanos) {
        recoveries.computeIfAbsent(fault, first -> new ArrayList<>()).add(TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    /** What a round of faults came to, behind the comparison with what is there. */
    void counted(Notebook notebook) {
        served += notebook.successCount();
        acknowledged += notebook.acknowledgedCount();
        notebook.failures().forEach((how, count) -> failures.merge(how, count, Long::sum));
    }

    void writeIfWanted(long minutes, List<Look> looks) throws IOException {
        String page = page(minutes, looks);
        if ("write".equals(System.getProperty("soak.page"))) {
            ReliabilityPage.write("soak", page);
        }
    }

    private String page(long minutes, List<Look> looks) {
        StringBuilder page = new StringBuilder(String.format(
                Locale.ROOT,
                "%nCounted on %s, %d processors, %d minutes, %d faults in %d rounds. Requests served: %d, of them writes"
                        + " acknowledged: %d.%nLost or doubled: none; foreign rows: none. Not served: %s. All backends clean"
                        + " after each round.%n%n| after | heap | threads | connections in use | connections |%n"
                        + "|---|---:|---:|---:|---:|%n",
                LocalDate.now(),
                Runtime.getRuntime().availableProcessors(),
                minutes,
                recoveries.values().stream().mapToInt(List::size).sum(),
                looks.size(),
                served,
                acknowledged,
                failures));
        page.append(line("the second round", looks.get(1)))
                .append(line("a quarter of them", looks.get(looks.size() / 4)))
                .append(line("half of them", looks.get(looks.size() / 2)))
                .append(line("three quarters of them", looks.get(looks.size() * 3 / 4)))
                .append(line("the last one", looks.get(looks.size() - 1)));
        page.append(String.format("%n| fault | times | until thirty more requests are served, median | longest |%n"
                + "|---|---:|---:|---:|%n"));
        recoveries.forEach((fault, millis) -> {
            List<Long> ordered = new ArrayList<>(millis);
            Collections.sort(ordered);
            page.append(String.format(
                    Locale.ROOT,
                    "| %s | %d | %.1f s | %.1f s |%n",
                    fault,
                    ordered.size(),
                    ordered.get(ordered.size() / 2) / 1000.0,
                    ordered.get(ordered.size() - 1) / 1000.0));
        });
        return page.append(String.format("%n")).toString();
    }

    private static String line(String when, Flatness.Look look) {
        return String.format(
                Locale.ROOT,
                "| %s | %.1f MB | %d | %d | %d |%n",
                when,
                look.heap() / 1048576.0,
                look.threads(),
                look.connectionsInUse(),
                look.connections());
    }
}
