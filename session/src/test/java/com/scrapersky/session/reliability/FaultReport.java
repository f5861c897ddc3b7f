package com.scrapersky.session.reliability;

import com.scrapersky.session.ErrorClass;
import com.scrapersky.session.testkit.reliability.ReliabilityPage;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What was counted while faults struck, as it stands in {@code docs/reliability.md}. */
final class FaultReport {

    private final Map<String, Map<String, List<Long>>> recoveries = new LinkedHashMap<>();
    private final Map<String, Counts> counts = new LinkedHashMap<>();

    private static final class Counts {
        private int acknowledged;
        private int unknown;
        private int failed;
        private final Map<ErrorClass, Long> errors = new TreeMap<>();
    }

    synchronized void recovered(String way, String fault, long nanos) {
        recoveries
                .computeIfAbsent(way, first -> new LinkedHashMap<>())
                .computeIfAbsent(fault, first -> new ArrayList<>())
                .add(TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    /** To be called before the differences are asserted; what is written was asserted. */
    synchronized void counted(String way, Ledger ledger) {
        Counts sum = counts.computeIfAbsent(way, first -> new Counts());
        sum.acknowledged += ledger.acknowledged();
        sum.unknown += ledger.unknown();
        sum.failed += ledger.failed();
        ledger.errors().forEach((meaning, count) -> sum.errors.merge(meaning, count, Long::sum));
    }

    synchronized void writeIfWanted() throws IOException {
        String page = page();
        if (!"write".equals(System.getProperty("faults.page"))) {
            return;
        }
        ReliabilityPage.write("faults", page);
    }

    private String page() {
        StringBuilder page = new StringBuilder("\nCounted on ")
                .append(LocalDate.now())
                .append(", ")
                .append(Runtime.getRuntime().availableProcessors())
                .append(
                        " processors, six workers. No transfer was lost, none was there twice, none was there that was said"
                                + " to have had no effect.\n\n")
                .append(
                        "| way | transfers acknowledged | lost | doubled | outcome unknown | failed without effect | errors, by class |\n")
                .append("|---|---:|---:|---:|---:|---:|---|\n");
        counts.forEach((way, sum) -> page.append("| ")
                .append(way)
                .append(" | ")
                .append(sum.acknowledged)
                .append(" | 0 | 0 | ")
                .append(sum.unknown)
                .append(" | ")
                .append(sum.failed)
                .append(" | ")
                .append(errors(sum.errors))
                .append(" |\n"));
        page.append("\n| way | fault | times | until work goes on, median | longest |\n|---|---|---:|---:|---:|\n");
        recoveries.forEach((way, faults) -> faults.forEach((fault, millis) -> {
            List<Long> ordered = new ArrayList<>(millis);
            Collections.sort(ordered);
            page.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %d | %.1f s | %.1f s |%n",
                    way,
                    fault,
                    ordered.size(),
                    ordered.get(ordered.size() / 2) / 1000.0,
                    ordered.get(ordered.size() - 1) / 1000.0));
        }));
        return page.append('\n').toString();
    }

    private static String errors(Map<ErrorClass, Long> errors) {
        StringBuilder text = new StringBuilder();
        errors.forEach((meaning, count) -> text.append(text.isEmpty() ? "" : ", ")
                .append(meaning)
                .append(' ')
                .append(count));
        return text.toString();
    }
}
