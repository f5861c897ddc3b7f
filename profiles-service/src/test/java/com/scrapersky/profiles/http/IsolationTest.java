package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.profiles.Labs;
import com.scrapersky.profiles.Logins;
import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.profiles.security.RequestContexts;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.StatementException;
import com.scrapersky.session.testkit.Pooler;
import com.scrapersky.session.testkit.PoolerLab;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two tenants hammer all endpoints at once, on the same few backends of each pooler of the testkit, with a login that is
 * nobody by itself. A few thousand requests; {@code -Dprofiles.isolation.requests=50000} asks for more.
 */
@Tag("once")
class IsolationTest {

    private static final int REQUESTS = Integer.getInteger("profiles.isolation.requests", 4_200);
    private static final int CLIENTS = 8;
    private static final int BACKENDS = 3;
    private static final int OWN = 5;
    private static final String JOBS = "/api/v3/jobs";

    private final UUID one = UUID.randomUUID();
    private final UUID other = UUID.randomUUID();

    @ParameterizedTest
    @EnumSource(Pooler.class)
    void nobodyEverSeesOrChangesAForeignRow(Pooler kind) {
        Logins.create(Labs.postgres());
        try (PoolerLab pooler = Logins.start(kind, Labs.postgres(), BACKENDS);
                RunningService service = RunningService.of(
                        Logins.url(pooler), Labs.postgres().url(), "--spring.datasource.hikari.maximum-pool-size=6")) {
            assertThat(rightsOfLogin(service.sessions())).isEqualTo(List.of(false, false, false));
            policiesHoldByThemselves(service);

            List<UUID> ofOne = profiles(service, one);
            List<UUID> ofOther = profiles(service, other);
            String jobOfOne = job(service, one);
            String jobOfOther = job(service, other);
            ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
            int perClient = REQUESTS / Pooler.values().length / CLIENTS;
            ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
            try {
                CompletableFuture.allOf(IntStream.range(0, CLIENTS)
                                .mapToObj(client -> CompletableFuture.runAsync(
                                        () -> hammer(
                                                service,
                                                client,
                                                perClient,
                                                new Tenant(one, ofOne, jobOfOne),
                                                new Tenant(other, ofOther, jobOfOther),
                                                wrong),
                                        clients))
                                .toArray(CompletableFuture[]::new))
                        .join();
            } finally {
                clients.shutdown();
            }

            assertThat(wrong).isEmpty();
            assertThat(Labs.count("select count(*) from profiles where tenant_id in ('" + one + "', '" + other
                            + "') and name is distinct from tenant_id::text"))
                    .isZero();
        }
    }

    /** Each client alternates between the tenants, so that both are on every connection. */
    private void hammer(
            RunningService service,
            int client,
            int requests,
            Tenant ofOne,
            Tenant ofOther,
            ConcurrentLinkedQueue<String> wrong) {
        for (int i = 0; i < requests; i++) {
            boolean first = (i + client) % 2 == 0;
            Tenant owner = first ? ofOne : ofOther;
            Tenant stranger = first ? ofOther : ofOne;
            UUID tenant = owner.id();
            UUID own = owner.profiles().get(i % OWN);
            UUID foreign = stranger.profiles().get(i % OWN);
            String name = "{\"name\": \"" + tenant + "\"}";
            switch (i % 12) {
                case 0 -> ownRow(service.get(tenant, PROFILES + "/" + own), tenant, wrong);
                case 1 -> ownRows(service.get(tenant, PROFILES + "?limit=20&offset=" + i % 5), tenant, wrong);
                case 2 -> status(service.get(tenant, PROFILES + "/" + foreign), 404, wrong);
                case 3 -> ownRow(service.send(tenant, "PUT", PROFILES + "/" + own, name), tenant, wrong);
                case 4 -> status(service.send(tenant, "PUT", PROFILES + "/" + foreign, name), 404, wrong);
                case 5 -> status(service.send(tenant, "DELETE", PROFILES + "/" + foreign, ""), 404, wrong);
                case 6 -> status(service.get(tenant, PROFILES + "/" + foreign + "/notes"), 404, wrong);
                case 7 -> exported(service, tenant, wrong);
                case 8 -> status(service.get(tenant, JOBS + "/" + stranger.job()), 404, wrong);
                case 9 -> ownJob(service.get(tenant, JOBS), owner.job(), wrong);
                // Names are the ids of tenants, so that those of both have it in them.
                case 10 -> ownRows(service.get(tenant, PROFILES + "?limit=20&search=-"), tenant, wrong);
                default -> {
                    Answer created = service.send(tenant, "POST", PROFILES, name);
                    ownRow(created, tenant, wrong);
                    String path = PROFILES + "/" + created.data().get("id").asString();
                    status(service.send(first ? other : one, "DELETE", path, ""), 404, wrong);
                    status(service.send(tenant, "DELETE", path, ""), 200, wrong);
                }
            }
        }
    }

    /** Statements without a word about tenants: what the service's own conditions would hide. */
    private void policiesHoldByThemselves(RunningService service) {
        UUID ofOne = service.create(one, "{\"name\": \"" + one + "\"}");
        DatabaseSessionFactory asOther = service.sessions().withContext(RequestContexts.of(other, "somebody"));
        assertThat(asOther.sql("select count(*) from profiles").single(Long.class))
                .isZero();
        assertThat(asOther.sql("update profiles set name = 'mine'").update()).isZero();
        assertThat(asOther.sql("delete from profiles").update()).isZero();
        assertThatThrownBy(() -> asOther.sql("insert into profiles (tenant_id) values (:tenant)")
                        .param("tenant", one)
                        .update())
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("row-level security");
        assertThatThrownBy(() ->
                        service.sessions().sql("select count(*) from profiles").single(Long.class))
                .as("outside of a request the login may read nothing")
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("permission denied");
        assertThat(service.send(one, "DELETE", PROFILES + "/" + ofOne, "").status())
                .isEqualTo(200);
    }

    private static List<Boolean> rightsOfLogin(DatabaseSessionFactory sessions) {
        return sessions.read(session -> List.of(
                session.sql("select rolsuper from pg_roles where rolname = session_user")
                        .single(Boolean.class),
                session.sql("select rolbypassrls from pg_roles where rolname = session_user")
                        .single(Boolean.class),
                session.sql(
                                "select pg_has_role(session_user, relowner, 'usage') from pg_class where relname = 'profiles'")
                        .single(Boolean.class)));
    }

    private record Tenant(UUID id, List<UUID> profiles, String job) {}

    private static String job(RunningService service, UUID tenant) {
        Answer received = service.send(service.request(tenant, "POST", PROFILES + "/import", "name\n" + tenant + "\n")
                .setHeader("Content-Type", "text/csv")
                .build());
        String id = received.data().get("id").asString();
        RunningService.finishedJob(service, tenant, id);
        return id;
    }

    private static void ownJob(Answer answer, String job, ConcurrentLinkedQueue<String> wrong) {
        if (answer.status() != 200
                || answer.data().size() != 1
                || !answer.data().get(0).get("id").asString().equals(job)) {
            wrong.add(answer.toString());
        }
    }

    private static void exported(RunningService service, UUID tenant, ConcurrentLinkedQueue<String> wrong) {
        String rows = service.text(service.request(tenant, "GET", PROFILES + "/export", "")
                .header("Accept", "application/x-ndjson")
                .build());
        if (rows.isBlank() || !rows.lines().allMatch(row -> row.contains("\"name\":\"" + tenant + "\""))) {
            wrong.add(rows);
        }
    }

    private static List<UUID> profiles(RunningService service, UUID tenant) {
        return IntStream.range(0, OWN)
                .mapToObj(i -> service.create(tenant, "{\"name\": \"" + tenant + "\"}"))
                .toList();
    }

    private static void ownRow(Answer answer, UUID tenant, ConcurrentLinkedQueue<String> wrong) {
        if (answer.status() != 200 || !isOf(answer.data(), tenant)) {
            wrong.add(answer.toString());
        }
    }

    private static void ownRows(Answer answer, UUID tenant, ConcurrentLinkedQueue<String> wrong) {
        if (answer.status() != 200
                || answer.data().isEmpty()
                || !answer.data().valueStream().allMatch(row -> isOf(row, tenant))) {
            wrong.add(answer.toString());
        }
    }

    private static boolean isOf(tools.jackson.databind.JsonNode row, UUID tenant) {
        return row.get("tenant_id").asString().equals(tenant.toString())
                && row.get("name").asString().equals(tenant.toString());
    }

    private static void status(Answer answer, int expected, ConcurrentLinkedQueue<String> wrong) {
        if (answer.status() != expected) {
            wrong.add(answer.toString());
        }
    }
}
