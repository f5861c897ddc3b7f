package com.scrapersky.benchmarks.sidebyside;

import com.scrapersky.benchmarks.measure.Reading;
import com.scrapersky.benchmarks.measure.SideBySide;
import com.scrapersky.benchmarks.measure.Spread;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The tables, as Markdown. */
final class Report {

    private final Results results;
    private final StringBuilder text = new StringBuilder();

    private Report(Results results) {
        this.results = results;
    }

    static String of(Results results, String command, String machine, List<String> software) {
        Report report = new Report(results);
        report.head(command, machine, software);
        results.groups().forEach(report::throughput);
        report.counts();
        results.groups().forEach((group, cases) -> {
            if (group.threads() == 1 && group.roundTrip() == 0) {
                report.client(group, cases);
            }
        });
        return report.text.toString();
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private void head(String command, String machine, List<String> software) {
        line("# Side by side");
        line("");
        line(
                "Made by `%s`; do not edit. Every ratio is the median of interleaved rounds of one run, with the quarters",
                command);
        line(
                "between which half of the rounds lie: throughput beside pgjdbc and HikariCP by hand, with `prepareThreshold=0`");
        line(
                "behind a pooler. More than 1 is faster. Times are worth little on a machine that does other things, ratios more,");
        line("counts everything.");
        line("");
        line("Machine: %s.", machine);
        line("");
        line("Software: %s.", String.join(", ", software));
        line("");
        for (String note : results.notes()) {
            line("%s", note);
            line("");
        }
        line("`sky` is the library's own way (`sql(…)`, `read`, `write`), `sky-datasource` the code by hand over its");
        line("`dataSource()`. The floor is pgbench, in C.");
        line("");
    }

    private void header(String first) {
        line("| %s | %s |", first, String.join(" | ", results.peers()));
        line("|---|%s", "---|".repeat(results.peers().size()));
    }

    private void throughput(Case group, Map<Case, SideBySide> cases) {
        line("## Throughput: %s, %d ms of network, %s", group.route(), group.roundTrip(), threads(group.threads()));
        line("");
        line("| | µs by hand | floor | %s |", String.join(" | ", others()));
        line("|---|---|---|%s", "---|".repeat(others().size()));
        cases.forEach((one, run) -> {
            double hand = run.of(Peers.BY_HAND, Reading::nanos).median();
            Double floor = results.floor().get(one);
            StringBuilder cells = new StringBuilder();
            for (String peer : others()) {
                cells.append(" ")
                        .append(run.has(peer) ? ratio(run.ratio(Peers.BY_HAND, peer, Reading::nanos)) : "fails")
                        .append(" |");
            }
            line(
                    "| %s | %,.0f | %s |%s",
                    one.workload().title(),
                    hand / 1000,
                    floor == null ? "–" : String.format(Locale.ROOT, "%.2f", hand / floor),
                    cells);
        });
        line("");
    }

    private static String threads(int count) {
        return count == 1 ? "1 thread" : count + " threads";
    }

    private static String ratio(Spread spread) {
        return String.format(Locale.ROOT, "%.2f (%.2f … %.2f)", spread.median(), spread.lower(), spread.upper());
    }

    private List<String> others() {
        return results.peers().stream()
                .filter(peer -> !peer.equals(Peers.BY_HAND))
                .toList();
    }

    private void counts() {
        line("## Round trips, counted");
        line("");
        table(count -> Long.toString(count.roundTrips()));
        line("## Milliseconds that a backend is held for each operation, a millisecond of network away");
        line("");
        table(count -> String.format(Locale.ROOT, "%.2f", count.held()));
    }

    private void table(Function<Counts.Count, String> value) {
        header("");
        for (Workload workload : Workload.values()) {
            List<Counts.Count> row = results.counts().stream()
                    .filter(count -> count.workload() == workload)
                    .toList();
            if (!row.isEmpty()) {
                line(
                        "| %s | %s |",
                        workload.title(),
                        String.join(
                                " | ",
                                results.peers().stream()
                                        .map(peer -> row.stream()
                                                .filter(count -> count.peer().equals(peer))
                                                .map(value)
                                                .findFirst()
                                                .orElse("fails"))
                                        .toList()));
            }
        }
        line("");
    }

    private void client(Case group, Map<Case, SideBySide> cases) {
        line("## The client's processor time, µs for each operation: %s", group.route());
        line("");
        values(cases, Reading::cpu, 1000);
        line("## Bytes that the client allocates for each operation: %s", group.route());
        line("");
        values(cases, Reading::bytes, 1);
    }

    private void values(Map<Case, SideBySide> cases, ToDoubleFunction<Reading> value, double unit) {
        header("");
        cases.forEach((one, run) -> line(
                "| %s | %s |",
                one.workload().title(),
                String.join(
                        " | ",
                        results.peers().stream()
                                .map(peer -> run.has(peer)
                                        ? String.format(
                                                Locale.ROOT,
                                                "%,.0f",
                                                run.of(peer, value).median() / unit)
                                        : "fails")
                                .toList())));
        line("");
    }
}
