package com.scrapersky.benchmarks.sidebyside;

import com.scrapersky.benchmarks.measure.Reading;
import com.scrapersky.benchmarks.measure.SideBySide;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * All that a run found.
 *
 * @param peers that took part
 * @param notes about what was left out, and why
 * @param floor nanoseconds of pgbench, by case
 */
record Results(
        Map<Case, SideBySide> cases,
        List<String> peers,
        List<Counts.Count> counts,
        Map<Case, Double> floor,
        List<String> notes) {

    /** Each round of each peer, a line each. */
    String csv() {
        StringBuilder csv = new StringBuilder("route,roundtrip_ms,threads,workload,peer,round,nanos,cpu_nanos,bytes\n");
        cases.forEach((one, run) -> {
            for (String peer : peers) {
                int round = 0;
                for (Reading reading : run.has(peer) ? run.readings(peer) : List.<Reading>of()) {
                    csv.append(String.format(
                            Locale.ROOT,
                            "%s,%d,%d,%s,%s,%d,%.0f,%.0f,%.0f%n",
                            one.route(),
                            one.roundTrip(),
                            one.threads(),
                            one.workload(),
                            peer,
                            ++round,
                            reading.nanos(),
                            reading.cpu(),
                            reading.bytes()));
                }
            }
        });
        return csv.toString();
    }

    /** The cases that differ in their work alone, together. */
    Map<Case, Map<Case, SideBySide>> groups() {
        Map<Case, Map<Case, SideBySide>> groups = new LinkedHashMap<>();
        cases.forEach((one, run) -> groups.computeIfAbsent(
                        new Case(Workload.ONE_ROW, one.route(), one.roundTrip(), one.threads()),
                        key -> new LinkedHashMap<>())
                .put(one, run));
        return groups;
    }
}
