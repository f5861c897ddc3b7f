package com.scrapersky.benchmarks.sidebyside;

import com.scrapersky.benchmarks.guard.GuardCost;
import com.scrapersky.benchmarks.measure.SideBySide;
import com.scrapersky.benchmarks.measure.Subject;
import com.scrapersky.benchmarks.peers.Peer;
import com.scrapersky.benchmarks.peers.Texts;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PostgresLab;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hibernate.SessionFactory;
import org.jdbi.v3.core.Jdbi;
import org.postgresql.util.DriverInfo;
import org.springframework.jdbc.core.simple.JdbcClient;

/** {@code bin/bench}: the whole run, or a part of it. */
public final class Bench {

    private static final int FLOOR_SECONDS = 2;
    private static final int WARM_UP_ROUNDS = 2;

    /** Of each peer, with each work, on each route. */
    private static final Duration WARM_UP = Duration.ofMillis(700);

    private final Options options;
    private final PostgresLab postgres;
    private final Map<String, Route> routes;
    private final List<PgBouncerLab> poolers;
    private final Map<Case, SideBySide> cases = new LinkedHashMap<>();
    private final Map<Case, Double> floor = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();
    private final Optional<Path> pgbench = Floor.program();

    private Bench(Options options, PostgresLab postgres, Map<String, Route> routes, List<PgBouncerLab> poolers) {
        this.options = options;
        this.postgres = postgres;
        this.routes = routes;
        this.poolers = poolers;
    }

    public static void main(String[] arguments) throws Exception {
        List<String> given = new ArrayList<>(List.of(arguments));
        if (given.contains("--help") || given.contains("-h")) {
            System.out.println(Options.HELP);
        } else if (!given.isEmpty() && given.get(0).equals("guard")) {
            GuardCost.main(given.subList(1, given.size()).toArray(new String[0]));
        } else {
            run(Options.of(given), "bin/bench " + String.join(" ", given));
            // Peers leave threads of theirs behind.
            System.exit(0);
        }
    }

    private static void run(Options options, String command) throws Exception {
        double load = Machine.load();
        try (PostgresLab postgres = PostgresLab.builder()
                        .maxConnections(300)
                        .passwordAuthentication(false)
                        .start();
                PgBouncerLab old = pooler(postgres, PgBouncerVersion.V1_18);
                PgBouncerLab recent = pooler(postgres, PgBouncerVersion.V1_26)) {
            postgres.execute(Texts.schema().toArray(new String[0]));
            Map<String, Route> routes = Map.of(
                    "direct",
                    new Route(
                            "direct",
                            postgres.host(),
                            postgres.port(),
                            postgres.user(),
                            postgres.password(),
                            postgres.database(),
                            false),
                    "pgbouncer-1.18",
                    route("pgbouncer-1.18", old),
                    "pgbouncer-1.26",
                    route("pgbouncer-1.26", recent));
            Bench bench = new Bench(options, postgres, routes, List.of(old, recent));
            Results results = bench.measure(load);
            bench.write(results, command.strip());
        }
    }

    private static PgBouncerLab pooler(PostgresLab postgres, PgBouncerVersion version) {
        return PgBouncerLab.builder(postgres)
                .version(version)
                .poolSize(20)
                .passwordAuthentication(false)
                .setting("max_client_conn", "500")
                // Vert.x asks for it when it connects, and PgBouncer lets nobody in who does.
                .setting("ignore_startup_parameters", "extra_float_digits")
                .start();
    }

    private static Route route(String name, PgBouncerLab lab) {
        return new Route(name, lab.host(), lab.port(), lab.user(), lab.password(), lab.database(), true);
    }

    private Results measure(double loadBefore) throws Exception {
        List<String> names = options.peers().stream().filter(Peers::isHere).toList();
        say("counting round trips");
        List<Counts.Count> counts = Counts.of(postgres, options.workloads(), names);
        say("warming up");
        warmUp(names);
        for (int roundTrip : options.roundTrips()) {
            for (String name : options.routes()) {
                Route route = known(name);
                if (roundTrip == 0) {
                    measure(route, 0, names);
                } else {
                    try (DelayingRelay relay =
                            new DelayingRelay(route.host(), route.port(), Duration.ofMillis(roundTrip))) {
                        measure(route.through(relay), roundTrip, names);
                    }
                }
            }
        }
        List<String> notes = new ArrayList<>();
        notes.add(String.format(
                Locale.ROOT,
                "Load of the machine (threads that wanted a processor) before the run: %.1f, after it: %.1f.",
                loadBefore,
                Machine.load()));
        if (pgbench.isEmpty()) {
            notes.add(Floor.missing());
        }
        if (options.peers().contains("jooq") && !Peers.isHere("jooq")) {
            notes.add("jOOQ did not take part: it needs JDK 21.");
        }
        notes.addAll(failures);
        return new Results(cases, names, counts, floor, notes);
    }

    private Route known(String name) {
        Route route = routes.get(name);
        if (route == null) {
            throw new IllegalArgumentException(name);
        }
        return route;
    }

    /** On every route, since names and their lack take different ways, and however short the rounds are. */
    private void warmUp(List<String> names) throws Exception {
        for (String route : options.routes()) {
            Map<String, Peer> peers = Peers.open(names, known(route), 1);
            try (Crew crew = new Crew(1)) {
                for (Workload workload : options.workloads()) {
                    for (Peer peer : peers.values()) {
                        warmUp(crew, peer, workload);
                    }
                }
            } finally {
                peers.values().forEach(Peer::close);
            }
        }
        // Some peers leave statements behind on backends, which others of their kind stumble over.
        poolers.forEach(PgBouncerLab::reconnect);
    }

    private static void warmUp(Crew crew, Peer peer, Workload workload) throws Exception {
        long began = System.nanoTime();
        try {
            do {
                crew.round(peer, workload, workload.times());
            } while (System.nanoTime() - began < WARM_UP.toNanos());
        } catch (IllegalStateException cannot) {
            say("warming up: " + workload + ": " + cannot.getCause());
        }
    }

    private void measure(Route route, int roundTrip, List<String> names) throws Exception {
        for (int threads : options.threads()) {
            Map<String, Peer> peers = Peers.open(names, route, threads);
            try (Crew crew = new Crew(threads)) {
                for (Workload workload : options.workloads()) {
                    Case one = new Case(workload, route.name(), roundTrip, threads);
                    say(one.toString());
                    postgres.execute("truncate notes", "vacuum profiles");
                    cases.put(one, measure(one, crew, peers));
                    if (pgbench.isPresent()) {
                        Floor.nanos(pgbench.get(), route, workload, threads, FLOOR_SECONDS)
                                .ifPresent(nanos -> floor.put(one, nanos));
                    }
                }
            } finally {
                peers.values().forEach(Peer::close);
            }
        }
    }

    private SideBySide measure(Case one, Crew crew, Map<String, Peer> peers) throws Exception {
        SideBySide run = new SideBySide(peers.entrySet().stream()
                .map(entry -> new Subject(entry.getKey(), () -> one.workload().once(entry.getValue())))
                .toList());
        List<String> names = List.copyOf(peers.keySet());
        int times = one.times(options.effort());
        Set<String> failed = new HashSet<>();
        for (int round = -WARM_UP_ROUNDS; round < options.rounds(); round++) {
            for (int i = 0; i < names.size(); i++) {
                String name = names.get(Math.floorMod(round + i, names.size()));
                Peer peer = peers.get(name);
                if (peer != null && !failed.contains(name)) {
                    try {
                        crew.leadIn(peer, one.workload(), times);
                        var reading = crew.round(peer, one.workload(), times);
                        if (round >= 0) {
                            run.record(name, reading);
                        }
                    } catch (IllegalStateException cannot) {
                        failed.add(name);
                        run.readings(name).clear();
                        failures.add(name + " fails: " + one + ": " + root(cannot));
                    }
                }
            }
        }
        return run;
    }

    /** What the peer's own server or driver said, on one line. */
    private static String root(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    }

    private void write(Results results, String command) throws Exception {
        Files.createDirectories(options.output());
        List<String> software = List.of(
                "PostgreSQL 18 (embedded)",
                "PgBouncer 1.18 and 1.26",
                "pgjdbc " + DriverInfo.DRIVER_VERSION,
                "HikariCP " + Machine.version(HikariDataSource.class, "com.zaxxer", "HikariCP"),
                "Spring JDBC " + Machine.version(JdbcClient.class),
                "Jdbi " + Machine.version(Jdbi.class),
                "Hibernate " + Machine.version(SessionFactory.class));
        // First what cannot be had again.
        Files.writeString(options.output().resolve("side-by-side.csv"), results.csv());
        Files.writeString(
                options.output().resolve("side-by-side.md"), Report.of(results, command, Machine.describe(), software));
        for (Map.Entry<Case, Map<Case, SideBySide>> group : results.groups().entrySet()) {
            Case key = group.getKey();
            Files.writeString(
                    options.output()
                            .resolve("side-by-side-" + key.route() + "-" + key.roundTrip() + "ms-" + key.threads()
                                    + ".svg"),
                    Chart.of(key, group.getValue(), results.peers()));
        }
        say("written to " + options.output());
    }

    private static void say(String what) {
        System.err.println("bench: " + what);
    }
}
