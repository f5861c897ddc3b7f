package com.scrapersky.profiles.soak;

import com.scrapersky.profiles.development.Tokens;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.reliability.Faults;
import java.net.http.HttpClient;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A steady load of all requests, by clients that pause between them; and whether what they were told is true. */
final class ServiceLoad implements AutoCloseable {

    /** Longer than any fault takes, and than a loaded machine makes of it; what they take is counted. */
    private static final Duration LONGEST_RECOVERY = Duration.ofSeconds(30);

    private static final String[] TABLES = {"profiles", "profile_notes", "profile_jobs", "profile_import_rows"};

    private final Notebook notebook = new Notebook();
    private final ScheduledExecutorService threads;
    private final List<ServiceClient> clients = new ArrayList<>();
    private final Map<UUID, Map<String, String>> anchors = new LinkedHashMap<>();

    /** Two tenants whom nobody knew before, and so many clients of each. */
    ServiceLoad(int port, Tokens tokens, int count, Random random) {
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        anchors.put(UUID.randomUUID(), new ConcurrentHashMap<>());
        anchors.put(UUID.randomUUID(), new ConcurrentHashMap<>());
        for (int i = 0; i < count; i++) {
            clients.add(new ServiceClient(http, port, tokens, notebook, new Random(random.nextLong()), anchors));
        }
        threads = Executors.newScheduledThreadPool(count, work -> {
            Thread thread = new Thread(work, "soak-client");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Empties the tables. */
    static void prepare(PostgresLab postgres) {
        postgres.execute("truncate " + String.join(", ", TABLES));
    }

    void start(Duration pause) {
        clients.forEach(ServiceClient::begin);
        for (ServiceClient client : clients) {
            threads.scheduleWithFixedDelay(() -> step(client), 0, pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void step(ServiceClient client) {
        try {
            client.step();
        } catch (RuntimeException | AssertionError mistake) {
            notebook.wrong("a client failed: " + mistake);
        }
    }

    /** Waits until so many more requests have been served. */
    void awaitSuccesses(String fault, int more) {
        long wanted = notebook.successCount() + more;
        long began = System.nanoTime();
        while (notebook.successCount() < wanted) {
            if (System.nanoTime() - began > LONGEST_RECOVERY.toNanos()) {
                throw new AssertionError("no service after " + LONGEST_RECOVERY + " behind: " + fault + "; "
                        + notebook.failures() + " " + notebook.wrong());
            }
            Faults.whileItLasts(1);
        }
    }

    Notebook notebook() {
        return notebook;
    }

    /** Lets the requests that run end, and waits for the jobs. */
    void settle(PostgresLab postgres) throws SQLException, InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(90, TimeUnit.SECONDS)) {
            throw new AssertionError("a request does not end: " + Thread.getAllStackTraces());
        }
        long began = System.nanoTime();
        while (count(postgres, "select count(*) from profile_jobs where state <> 'done'") > 0) {
            if (System.nanoTime() - began > LONGEST_RECOVERY.toNanos()) {
                throw new AssertionError("jobs do not end, or failed");
            }
            Faults.whileItLasts(50);
        }
    }

    /** What does not agree between what the clients were told and what is there. */
    List<String> differences(PostgresLab postgres) throws SQLException {
        List<String> differences = new ArrayList<>(notebook.wrong());
        Map<String, Long> there = new HashMap<>();
        Map<String, String> bios = new HashMap<>();
        try (Connection connection = postgres.connect();
                Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("select name, bio, tenant_id from profiles")) {
                while (rows.next()) {
                    there.merge(rows.getString(1), 1L, Long::sum);
                    bios.put(rows.getString(1), String.valueOf(rows.getString(2)));
                    if (!anchors.containsKey(rows.getObject(3, UUID.class))) {
                        differences.add("a row of another tenant: " + rows.getString(1));
                    }
                }
            }
            try (ResultSet rows = statement.executeQuery("select text from profile_notes")) {
                while (rows.next()) {
                    there.merge(rows.getString(1), 1L, Long::sum);
                }
            }
        }
        notebook.fates().forEach((what, fate) -> {
            long times = there.getOrDefault(what, 0L);
            if (!fate.allows(times)) {
                differences.add(times + " times there instead of " + fate + ": " + what);
            }
        });
        there.keySet().stream()
                .filter(what -> !notebook.fates().containsKey(what))
                .forEach(what -> differences.add("nobody wrote " + what));
        notebook.values().forEach((name, possible) -> {
            if (bios.containsKey(name) && !possible.contains(bios.get(name))) {
                differences.add(name + " has the bio " + bios.get(name) + " instead of one of " + Set.copyOf(possible));
            }
        });
        return differences;
    }

    private static long count(PostgresLab postgres, String query) throws SQLException {
        try (Connection connection = postgres.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
