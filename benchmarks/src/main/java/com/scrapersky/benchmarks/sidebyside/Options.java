package com.scrapersky.benchmarks.sidebyside;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * What a run covers.
 *
 * @param roundTrips added network round trips, in milliseconds
 * @param effort multiplies how often each work is done in a round
 */
record Options(
        List<Workload> workloads,
        List<String> routes,
        List<Integer> roundTrips,
        List<Integer> threads,
        List<String> peers,
        int rounds,
        double effort,
        Path output) {

    static final List<String> ROUTES = List.of("direct", "pgbouncer-1.18", "pgbouncer-1.26");

    static final String HELP = """
            bin/bench [option=value …]       what is left out is the whole
              workloads=ONE_ROW,PAGE,INSERT,CONTEXT,TRANSACTION,BATCH,STREAM
              routes=direct,pgbouncer-1.18,pgbouncer-1.26
              roundtrips=0,1,5               milliseconds of network added, there and back
              threads=1,16
              peers=by-hand,by-hand-named,spring,jdbi,jooq,hibernate,vertx,sky-datasource,sky
              rounds=9                       the median of so many rounds counts
              effort=1                       how much is done in a round
              output=docs/benchmarks         where the table, the chart and the raw numbers go
              short                          what takes a few minutes: rounds=3 effort=0.3 roundtrips=0 threads=1
            bin/bench guard                  what the pool-safe DataSource costs, by a server in memory
            bin/bench threads                10,000 virtual threads on a pool of 10, beside 16 threads
            """;

    static Options of(List<String> arguments) {
        Options options = new Options(
                List.of(Workload.values()),
                ROUTES,
                List.of(0, 1, 5),
                List.of(1, 16),
                Peers.NAMES,
                9,
                1,
                Path.of("docs", "benchmarks"));
        for (String argument : arguments) {
            options = options.with(argument);
        }
        return options;
    }

    private Options with(String argument) {
        if (argument.equals("short")) {
            return new Options(workloads, routes, List.of(0), List.of(1), peers, 3, 0.3, output);
        }
        int equals = argument.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("not an option: " + argument + "\n" + HELP);
        }
        String name = argument.substring(0, equals);
        String value = argument.substring(equals + 1);
        return switch (name) {
            case "workloads" ->
                new Options(list(value, Workload::valueOf), routes, roundTrips, threads, peers, rounds, effort, output);
            case "routes" ->
                new Options(workloads, known(value, ROUTES), roundTrips, threads, peers, rounds, effort, output);
            case "roundtrips" ->
                new Options(workloads, routes, list(value, Integer::valueOf), threads, peers, rounds, effort, output);
            case "threads" ->
                new Options(
                        workloads, routes, roundTrips, list(value, Integer::valueOf), peers, rounds, effort, output);
            case "peers" ->
                new Options(workloads, routes, roundTrips, threads, known(value, Peers.NAMES), rounds, effort, output);
            case "rounds" ->
                new Options(workloads, routes, roundTrips, threads, peers, Integer.parseInt(value), effort, output);
            case "effort" ->
                new Options(workloads, routes, roundTrips, threads, peers, rounds, Double.parseDouble(value), output);
            case "output" -> new Options(workloads, routes, roundTrips, threads, peers, rounds, effort, Path.of(value));
            default -> throw new IllegalArgumentException("not an option: " + argument + "\n" + HELP);
        };
    }

    private static List<String> known(String value, List<String> names) {
        List<String> wanted = list(value, name -> name);
        List<String> unknown = new ArrayList<>(wanted);
        unknown.removeAll(names);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("there is no " + unknown + ", only " + names + "\n" + HELP);
        }
        return wanted;
    }

    private static <T> List<T> list(String value, Function<String, T> element) {
        return Arrays.stream(value.split(",")).map(element).toList();
    }
}
