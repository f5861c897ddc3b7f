package com.scrapersky.benchmarks.sidebyside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.benchmarks.measure.Reading;
import com.scrapersky.benchmarks.measure.SideBySide;
import com.scrapersky.benchmarks.measure.Subject;
import com.zaxxer.hikari.HikariDataSource;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The table, the raw numbers and the chart, of a run that was never made. */
class ReportTest {

    private static final Case ONE = new Case(Workload.ONE_ROW, "direct", 0, 1);
    private static final List<String> PEERS = List.of(Peers.BY_HAND, "vertx", "sky");

    @Test
    void theTableHasTheMedianOfTheRatiosOfEachRound() {
        assertThat(report()).contains("| one-row select | 200 | 4.00 | fails | 2.00 (1.50 … 3.00) |");
    }

    @Test
    void theTableHasWhatWasCountedAndWhatTheClientTook() {
        assertThat(report())
                .contains("| one-row select | 3 | fails | 1 |")
                .contains("| one-row select | 7.50 | fails | 1.25 |")
                .contains("| one-row select | 20 | fails | 10 |")
                .contains("| one-row select | 3,000 | fails | 2,000 |")
                .contains("Machine: an abacus.")
                .contains("`bin/bench short`")
                .contains("The load was 0.5.");
    }

    @Test
    void whoIsAheadByMoreThanChanceIsToldWithTheReason() {
        List<String> peers = List.of(Peers.BY_HAND, "jdbi", "spring", "sky");
        SideBySide run = new SideBySide(
                peers.stream().map(name -> new Subject(name, () -> name)).toList());
        for (double nanos : new double[] {80_000, 100_000, 125_000}) {
            run.record(Peers.BY_HAND, new Reading(100_000, 1, 1));
            run.record("jdbi", new Reading(50_000, 1, 1));
            run.record("spring", new Reading(nanos, 1, 1));
            run.record("sky", new Reading(nanos * 1.1, 1, 1));
        }
        String report = Report.of(
                new Results(Map.of(ONE, run), peers, List.of(), Map.of(), List.of()),
                "bin/bench short",
                "an abacus",
                List.of());
        assertThat(report)
                .contains("| one-row select | direct, 0 ms of network, 1 thread | jdbi 2.00 (2.00 … 2.00) | 0.91")
                .contains("- **one-row select**: " + Workload.ONE_ROW.behind())
                .doesNotContain("- **100-row page**");
        assertThat(report()).doesNotContain("- **one-row select**");
    }

    @Test
    void whoDoesNotGoThatWayHasNotFailed() {
        List<String> peers = List.of(Peers.BY_HAND, Peers.BY_HAND_NAMED, "sky");
        assertThat(Report.of(results(peers), "bin/bench short", "an abacus", List.of()))
                .contains("| one-row select | 200 | 4.00 | – | 2.00 (1.50 … 3.00) |")
                .contains("| one-row select | 3 | – | 1 |")
                .contains("| one-row select | 20 | – | 10 |");
        assertThat(Chart.of(ONE, results(peers).cases(), peers)).doesNotContain(Peers.BY_HAND_NAMED);
        assertThat(results(peers).csv()).doesNotContain(Peers.BY_HAND_NAMED);
        assertThat(Peers.takes(Peers.BY_HAND_NAMED, "pgbouncer-1.26")).isTrue();
    }

    @Test
    void theRawNumbersHaveALineForEachRound() {
        assertThat(results().csv().lines())
                .hasSize(1 + 3 + 3)
                .contains(
                        "direct,0,1,ONE_ROW,by-hand,1,200000,20000,3000", "direct,0,1,ONE_ROW,sky,3,50000,10000,2000");
    }

    @Test
    void theChartHasABarForEachPeerThatCouldDoTheWork() throws Exception {
        Document chart = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(
                        Chart.of(ONE, results().cases(), results().peers()))));
        NodeList texts = chart.getElementsByTagName("text");
        assertThat(java.util.stream.IntStream.range(0, texts.getLength())
                        .mapToObj(i -> texts.item(i).getTextContent()))
                .contains("one-row select", "1.00", "2.00", "by-hand", "sky");
    }

    @Test
    void whatIsNoOptionIsRefusedWithTheOptionsThereAre() {
        assertThat(Options.of(List.of("short", "routes=direct", "rounds=5")))
                .extracting(Options::routes, Options::rounds, Options::roundTrips)
                .containsExactly(List.of("direct"), 5, List.of(0));
        assertThatThrownBy(() -> Options.of(List.of("route=direct"))).hasMessageContaining("routes=");
        assertThatThrownBy(() -> Options.of(List.of("routes=moon"))).hasMessageContaining("moon");
    }

    @Test
    void theReadmeShowsTheRunThatIsThere() throws Exception {
        Path project = Path.of("..");
        String readme = Files.readString(project.resolve("README.md"));
        String run = Files.readString(project.resolve("docs/benchmarks/side-by-side.md"));
        Matcher command = Pattern.compile("Made by `(bin/bench[^`]*)`").matcher(run);
        assertThat(command.find()).isTrue();
        assertThat(readme).contains("`" + command.group(1).strip() + "`");
        List<String> charts = Pattern.compile("docs/benchmarks/[^)]*\\.svg")
                .matcher(readme)
                .results()
                .map(MatchResult::group)
                .toList();
        assertThat(charts)
                .isNotEmpty()
                .allSatisfy(chart -> assertThat(project.resolve(chart)).exists());
    }

    @Test
    void versionsAreToldAlsoWhereNoManifestTells() throws Exception {
        assertThat(Machine.version(HikariDataSource.class, "com.zaxxer", "HikariCP"))
                .matches("\\d+\\.\\d+.*");
    }

    private static String report() {
        return Report.of(results(), "bin/bench short", "an abacus", List.of("PostgreSQL 18"));
    }

    private static Results results() {
        return results(PEERS);
    }

    /** As a run has them: who does not go that way is no subject of it. */
    private static Results results(List<String> peers) {
        SideBySide run = new SideBySide(peers.stream()
                .filter(name -> Peers.takes(name, ONE.route()))
                .map(name -> new Subject(name, () -> name))
                .toList());
        double[] ours = {100_000, 200_000, 50_000};
        for (double nanos : ours) {
            run.record(Peers.BY_HAND, new Reading(200_000, 20_000, 3000));
            run.record("sky", new Reading(nanos, 10_000, 2000));
        }
        return new Results(
                Map.of(ONE, run),
                peers,
                List.of(
                        new Counts.Count(Workload.ONE_ROW, Peers.BY_HAND, 3, 7.5),
                        new Counts.Count(Workload.ONE_ROW, "sky", 1, 1.25)),
                Map.of(ONE, 50_000.0),
                List.of("The load was 0.5."));
    }
}
