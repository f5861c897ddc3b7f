package com.scrapersky.benchmarks.sidebyside;

import com.scrapersky.benchmarks.measure.Reading;
import com.scrapersky.benchmarks.measure.SideBySide;
import com.scrapersky.benchmarks.measure.Spread;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The tables, as Markdown. */
final class Report {

    private static final String OURS = "sky";

    /** Where round trips are counted, no names are carried. */
    private static final String COUNTED = "counted";

    private final Results results;
    private final StringBuilder text = new StringBuilder();

    private Report(Results results) {
        this.results = results;
    }

    static String of(Results results, String command, String machine, List<String> software) {
        Report report = new Report(results);
        report.head(command, machine, software);
        results.groups().forEach(report::throughput);
        report.ahead();
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
        line("counts everything. A turn is measured after 50 ms of the same work: the peers before it had the caches.");
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
        line(
                "`dataSource()`, `by-hand-named` the code by hand without the standard advice, where the pooler carries names.");
        line("The floor is pgbench, in C.");
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
                        .append(
                                run.has(peer)
                                        ? ratio(run.ratio(Peers.BY_HAND, peer, Reading::nanos))
                                        : absent(peer, one.route()))
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

    /** Only where the quarters do not overlap: the rest is chance. */
    private void ahead() {
        line("## Where another is ahead of `sky`");
        line("");
        line(
                "By more than the rounds differ among themselves: half of its rounds and half of those of `sky` have nothing in");
        line("common.");
        line("");
        line("| | | who, and how far | `sky` |");
        line("|---|---|---|---|");
        Set<Workload> works = EnumSet.noneOf(Workload.class);
        results.cases().forEach((one, run) -> {
            if (!run.has(OURS)) {
                return;
            }
            Spread ours = run.ratio(Peers.BY_HAND, OURS, Reading::nanos);
            List<String> faster = new ArrayList<>();
            if (ours.upper() < 1) {
                faster.add(Peers.BY_HAND + " 1.00");
            }
            for (String peer : others()) {
                if (run.has(peer)) {
                    Spread theirs = run.ratio(Peers.BY_HAND, peer, Reading::nanos);
                    if (theirs.lower() > ours.upper()) {
                        faster.add(peer + " " + ratio(theirs));
                    }
                }
            }
            if (!faster.isEmpty()) {
                works.add(one.workload());
                line(
                        "| %s | %s, %d ms of network, %s | %s | %s |",
                        one.workload().title(),
                        one.route(),
                        one.roundTrip(),
                        threads(one.threads()),
                        String.join(", ", faster),
                        ratio(ours));
            }
        });
        line("");
        works.forEach(work -> {
            line("- **%s**: %s", work.title(), work.behind());
        });
        line("");
    }

    private static String absent(String peer, String route) {
        return Peers.takes(peer, route) ? "fails" : "–";
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
                                                .orElseGet(() -> absent(peer, COUNTED)))
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
                                        : absent(peer, one.route()))
                                .toList())));
        line("");
    }
}
