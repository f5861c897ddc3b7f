package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.Labs;
import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Two hundred requests at once on three backends. */
@ParameterizedClass
@EnumSource(PgBouncerVersion.class)
class ConcurrencyTest {

    private static final int REQUESTS = 200;

    @Parameter
    PgBouncerVersion version;

    private final UUID tenant = UUID.randomUUID();
    private RunningService service;

    @BeforeEach
    void noteBackends() {
        service = RunningService.behind(version);
        Labs.postgres()
                .execute(
                        "create table written (profile uuid not null, backend int not null)",
                        "grant insert on written to authenticated",
                        "create function note_backend() returns trigger language plpgsql as"
                                + " $$ begin insert into written values (new.id, pg_backend_pid()); return new; end $$",
                        "create trigger note_backend after insert or update on profiles"
                                + " for each row execute function note_backend()");
    }

    @AfterEach
    void removeNotes() {
        Labs.postgres()
                .execute("drop trigger note_backend on profiles", "drop function note_backend", "drop table written");
    }

    @Test
    void allAreAnsweredRightlyAndNothingIsLeftBehind() throws Exception {
        List<UUID> profiles = IntStream.range(0, REQUESTS / 4)
                .mapToObj(i -> service.create(tenant, "{\"name\": \"before\"}"))
                .toList();

        List<Answer> answers;
        try (LeakProbe probe = LeakProbe.before(Labs.pooler(version))) {
            List<CompletableFuture<Answer>> requests = IntStream.range(0, REQUESTS)
                    .mapToObj(i -> request(i, profiles.get(i / 4)))
                    .toList();
            answers = requests.stream().map(CompletableFuture::join).toList();
            probe.assertNothingLeaked();
        }

        assertThat(answers.stream().filter(answer -> answer.status() != 200)).isEmpty();
        for (int i = 0; i < REQUESTS; i += 4) {
            String profile = profiles.get(i / 4).toString();
            assertThat(answers.get(i).data().get("id").asString()).isEqualTo(profile);
            assertThat(answers.get(i + 1).data().get("name").asString()).isEqualTo("number " + (i + 1));
            assertThat(answers.get(i + 2).ids()).contains(profiles.get(i / 4));
            assertThat(service.get(tenant, PROFILES + "/" + profile)
                            .data()
                            .get("name")
                            .asString())
                    .isEqualTo("number " + (i + 1));
        }
        assertThat(service.get(tenant, PROFILES + "?limit=1000").ids()).hasSize(REQUESTS / 2);
        assertThat(backendsThatWrote()).hasSize(Labs.BACKENDS);
        assertThat(PreparedStatements.countByBackend(version))
                .hasSize(Labs.BACKENDS)
                .allSatisfy((backend, count) -> assertThat(count).isZero());
    }

    private CompletableFuture<Answer> request(int number, UUID profile) {
        String path = PROFILES + "/" + profile;
        String name = "{\"name\": \"number " + number + "\"}";
        return switch (number % 4) {
            case 0 -> service.sendAsync(tenant, "GET", path, "");
            case 1 -> service.sendAsync(tenant, "PUT", path, name);
            case 2 -> service.sendAsync(tenant, "GET", PROFILES + "?limit=1000", "");
            default -> service.sendAsync(tenant, "POST", PROFILES, name);
        };
    }

    private List<Integer> backendsThatWrote() {
        return service.sessions()
                .sql("select distinct backend from written join profiles on id = profile where tenant_id = :tenant")
                .param("tenant", tenant)
                .list(Integer.class);
    }
}
