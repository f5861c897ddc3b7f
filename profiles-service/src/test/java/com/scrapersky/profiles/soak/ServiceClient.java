package com.scrapersky.profiles.soak;

import com.scrapersky.profiles.development.Tokens;
import com.scrapersky.profiles.soak.Notebook.Fate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client of the service that is somebody of each of two tenants in turn, asks for everything that it has, and notes what it
 * was told. Its profiles are its own: nobody else changes them. For one thread.
 */
final class ServiceClient {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String PROFILES = "/api/v3/profiles";
    private static final String JOBS = "/api/v3/jobs";
    private static final int ROWS = 20;

    /** So that the tables do not grow with the hour. */
    private static final int MOST_PROFILES = 20;

    private final HttpClient http;
    private final int port;
    private final Tokens tokens;
    private final Notebook notebook;
    private final Random random;
    private final List<Tenant> tenants;

    /** What a client has at a tenant. */
    private static final class Tenant {

        private final UUID id;
        /** A profile of each client that is never deleted: whoever lists everything finds it. */
        private final Map<String, String> anchors;

        private final List<Profile> profiles = new ArrayList<>();
        private final List<String[]> notes = new ArrayList<>();
        private String anchor = "";
        private String job = "";

        Tenant(UUID id, Map<String, String> anchors) {
            this.id = id;
            this.anchors = anchors;
        }
    }

    private static final class Profile {
        private final String id;
        private final String name;
        private Set<String> bios = Set.of("");

        Profile(String id, String name) {
            this.id = id;
            this.name = name;
        }
    }

    private record Answer(int status, String body, String tag) {

        boolean isUnknown() {
            return status == 500 && body.contains("may or may not have been done");
        }

        JsonNode data() {
            return JSON.readTree(body).get("data");
        }
    }

    /** @param anchors of all clients, by tenant, and filled by each */
    ServiceClient(
            HttpClient http,
            int port,
            Tokens tokens,
            Notebook notebook,
            Random random,
            Map<UUID, Map<String, String>> anchors) {
        this.http = http;
        this.port = port;
        this.tokens = tokens;
        this.notebook = notebook;
        this.random = random;
        this.tenants = anchors.entrySet().stream()
                .map(tenant -> new Tenant(tenant.getKey(), tenant.getValue()))
                .toList();
    }

    /** What has to be there before anything strikes. */
    void begin() {
        for (Tenant tenant : tenants) {
            Profile anchor = create(tenant);
            if (anchor == null) {
                throw new AssertionError("a profile could not be created before anything struck: " + notebook.wrong());
            }
            tenant.anchor = anchor.id;
            tenant.anchors.put(anchor.id, anchor.name);
        }
    }

    /** One request, or a few that belong together. */
    void step() {
        int which = random.nextInt(2);
        Tenant tenant = tenants.get(which);
        int kind = random.nextInt(40);
        if (kind < 8) {
            Profile created = create(tenant);
            if (created != null) {
                tenant.profiles.add(created);
            }
        } else if (kind < 16) {
            update(tenant);
        } else if (kind < 20 || tenant.profiles.size() > MOST_PROFILES) {
            delete(tenant);
        } else if (kind < 25) {
            list(tenant);
        } else if (kind < 29) {
            foreign(tenant, tenants.get(1 - which));
        } else if (kind < 32) {
            addNote(tenant);
        } else if (kind < 34) {
            deleteNote(tenant);
        } else if (kind < 35) {
            notes(tenant);
        } else if (kind < 36) {
            importRows(tenant);
        } else if (kind < 37) {
            export(tenant);
        } else if (kind < 39) {
            jobs(tenant);
        } else {
            health();
        }
    }

    private Profile create(Tenant tenant) {
        String name = UUID.randomUUID().toString();
        Answer answer = send(tenant, "POST", PROFILES, "{\"name\": \"" + name + "\", \"bio\": \"\"}", "");
        if (!wrote(answer, 200)) {
            notebook.fate(name, answer.isUnknown() ? Fate.ONCE_OR_NEVER : Fate.NEVER);
            return null;
        }
        notebook.fate(name, Fate.ONCE);
        own(tenant, answer.data());
        return new Profile(answer.data().get("id").asString(), name);
    }

    private void update(Tenant tenant) {
        if (tenant.profiles.isEmpty()) {
            return;
        }
        Profile profile = tenant.profiles.get(random.nextInt(tenant.profiles.size()));
        String path = PROFILES + "/" + profile.id;
        Answer found = send(tenant, "GET", path, "", "");
        if (!read(found, 200)) {
            return;
        }
        own(tenant, found.data());
        String bio = found.data().get("bio").asString();
        if (!profile.bios.contains(bio)) {
            notebook.wrong("profile " + profile.name + " has the bio " + bio + " instead of one of " + profile.bios);
        }
        String changed = UUID.randomUUID().toString();
        Answer answer = send(tenant, "PUT", path, "{\"bio\": \"" + changed + "\"}", found.tag());
        if (wrote(answer, 200)) {
            own(tenant, answer.data());
            profile.bios = Set.of(changed);
        } else if (answer.isUnknown()) {
            profile.bios = new TreeSet<>(Set.of(bio, changed));
        } else {
            profile.bios = Set.of(bio);
        }
        notebook.values(profile.name, profile.bios);
    }

    private void delete(Tenant tenant) {
        if (tenant.profiles.isEmpty()) {
            return;
        }
        Profile profile = tenant.profiles.remove(random.nextInt(tenant.profiles.size()));
        Answer answer = send(tenant, "DELETE", PROFILES + "/" + profile.id, "", "");
        if (wrote(answer, 200)) {
            notebook.fate(profile.name, Fate.NEVER);
        } else if (answer.isUnknown()) {
            notebook.fate(profile.name, Fate.ONCE_OR_NEVER);
        } else {
            tenant.profiles.add(profile);
        }
    }

    private void list(Tenant tenant) {
        String search = random.nextBoolean() ? "&search=" + random.nextInt(10) : "";
        Answer answer = send(tenant, "GET", PROFILES + "?limit=" + (1 + random.nextInt(50)) + search, "", "");
        if (read(answer, 200)) {
            answer.data().valueStream().forEach(row -> own(tenant, row));
        }
    }

    private void foreign(Tenant tenant, Tenant other) {
        String path = PROFILES + "/" + other.anchor;
        switch (random.nextInt(4)) {
            case 0 -> read(send(tenant, "GET", path, "", ""), 404);
            case 1 -> read(send(tenant, "PUT", path, "{\"bio\": \"" + tenant.id + "\"}", ""), 404);
            case 2 -> read(send(tenant, "DELETE", path, "", ""), 404);
            default -> read(send(tenant, "GET", path + "/notes", "", ""), 404);
        }
    }

    private void addNote(Tenant tenant) {
        String text = UUID.randomUUID().toString();
        Answer answer =
                send(tenant, "POST", PROFILES + "/" + tenant.anchor + "/notes", "{\"text\": \"" + text + "\"}", "");
        if (wrote(answer, 200)) {
            notebook.fate(text, Fate.ONCE);
            tenant.notes.add(new String[] {answer.data().get("id").asString(), text});
        } else {
            notebook.fate(text, answer.isUnknown() ? Fate.ONCE_OR_NEVER : Fate.NEVER);
        }
    }

    private void deleteNote(Tenant tenant) {
        if (tenant.notes.isEmpty()) {
            return;
        }
        String[] note = tenant.notes.remove(random.nextInt(tenant.notes.size()));
        Answer answer = send(tenant, "DELETE", PROFILES + "/" + tenant.anchor + "/notes/" + note[0], "", "");
        if (wrote(answer, 200)) {
            notebook.fate(note[1], Fate.NEVER);
        } else if (answer.isUnknown()) {
            notebook.fate(note[1], Fate.ONCE_OR_NEVER);
        } else {
            tenant.notes.add(note);
        }
    }

    private void notes(Tenant tenant) {
        Answer answer = send(tenant, "GET", PROFILES + "/" + tenant.anchor + "/notes", "", "");
        if (read(answer, 200)) {
            Set<String> there = ConcurrentHashMap.newKeySet();
            answer.data()
                    .valueStream()
                    .forEach(note -> there.add(note.get("text").asString()));
            tenant.notes.stream()
                    .filter(note -> !there.contains(note[1]))
                    .forEach(note -> notebook.wrong("an acknowledged note is not listed: " + note[1]));
        }
    }

    /** With a key, and again and again with the same one until it has arrived: that is what keys are for. */
    private void importRows(Tenant tenant) {
        String key = UUID.randomUUID().toString();
        StringBuilder csv = new StringBuilder("name,bio\n");
        for (int row = 0; row < ROWS; row++) {
            csv.append(key).append('-').append(row).append(",\n");
            notebook.fate(key + "-" + row, Fate.ONCE);
        }
        long began = System.nanoTime();
        Answer answer;
        do {
            answer = exchange(request(tenant, "POST", PROFILES + "/import", csv.toString())
                    .setHeader("Content-Type", "text/csv")
                    .header("Idempotency-Key", key)
                    .build());
            if (System.nanoTime() - began > Duration.ofSeconds(60).toNanos()) {
                throw new AssertionError("an import was not received for a minute: " + answer);
            }
        } while (!wrote(answer, 202));
        tenant.job = answer.data().get("id").asString();
        if (random.nextBoolean()) {
            events(tenant);
        }
    }

    private void export(Tenant tenant) {
        try {
            HttpResponse<String> response = http.send(
                    request(tenant, "GET", PROFILES + "/export", "")
                            .header("Accept", "application/x-ndjson")
                            .build(),
                    BodyHandlers.ofString());
            if (read(new Answer(response.statusCode(), response.body(), ""), 200)) {
                Set<String> missing = new TreeSet<>(tenant.anchors.keySet());
                response.body().lines().map(JSON::readTree).forEach(row -> {
                    own(tenant, row);
                    missing.remove(row.get("id").asString());
                });
                if (!missing.isEmpty()) {
                    notebook.wrong("a whole export of " + tenant.id + " lacks " + missing);
                }
            }
        } catch (IOException brokenOff) {
            // The fault met it in the middle, and the client sees that it is not whole.
            notebook.failed("export broken off");
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void jobs(Tenant tenant) {
        if (tenant.job.isEmpty() || random.nextBoolean()) {
            read(send(tenant, "GET", JOBS, "", ""), 200);
        } else if (random.nextBoolean()) {
            read(send(tenant, "GET", JOBS + "/" + tenant.job, "", ""), 200);
        } else {
            events(tenant);
        }
    }

    private void events(Tenant tenant) {
        read(
                exchange(request(tenant, "GET", JOBS + "/" + tenant.job + "/events", "")
                        .header("Accept", "text/event-stream")
                        .build()),
                200);
    }

    private void health() {
        read(exchange(anonymous("/healthz")), 200);
        read(exchange(anonymous("/readyz")), 200);
    }

    private HttpRequest anonymous(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(60))
                .build();
    }

    private void own(Tenant tenant, JsonNode row) {
        if (!tenant.id.toString().equals(row.get("tenant_id").asString())) {
            notebook.wrong("the tenant " + tenant.id + " was given a row of " + row.get("tenant_id"));
        }
    }

    /** Whether it was done as it should be. */
    private boolean wrote(Answer answer, int expected) {
        if (read(answer, expected)) {
            notebook.acknowledged();
            return true;
        }
        return false;
    }

    private boolean read(Answer answer, int expected) {
        if (answer.status() == expected) {
            notebook.succeeded();
            return true;
        }
        if (answer.status() == 503 || answer.isUnknown()) {
            notebook.failed(answer.isUnknown() ? "outcome unknown" : "put off (503)");
        } else {
            notebook.wrong("answered instead of " + expected + ": " + answer);
        }
        return false;
    }

    private Answer send(Tenant tenant, String method, String path, String body, String ifMatch) {
        HttpRequest.Builder request = request(tenant, method, path, body);
        return exchange(
                ifMatch.isEmpty()
                        ? request.build()
                        : request.header("If-Match", ifMatch).build());
    }

    private HttpRequest.Builder request(Tenant tenant, String method, String path, String body) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + tokens.ofTenant(tenant.id))
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    }

    private Answer exchange(HttpRequest request) {
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    response.body(),
                    response.headers().firstValue("ETag").orElse(""));
        } catch (IOException lost) {
            // Nothing strikes between the clients and the service.
            return new Answer(0, request.method() + " " + request.uri() + ": " + lost, "");
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return new Answer(0, "interrupted", "");
        }
    }
}
