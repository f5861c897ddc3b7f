package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.Labs;
import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.session.PoolerProfile.Mode;
import com.scrapersky.session.PoolerProfile.Pooler;
import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every request as it should go, through each pooler. */
@ParameterizedClass
@EnumSource(PgBouncerVersion.class)
class ProfilesTest {

    private static final String ADA = """
            {"name": "Ada", "email": "ada@example.com", "avatar_url": "https://example.com/a.png", "bio": "Wrote the \
            first program", "role": "admin"}""";

    @Parameter
    PgBouncerVersion version;

    private final UUID tenant = UUID.randomUUID();
    private RunningService service;

    @BeforeEach
    void start() {
        service = RunningService.behind(version);
    }

    @Test
    void rowsComeThroughPgBouncerInTransactionMode() {
        assertThat(service.sessions().profile().pooler()).isEqualTo(Pooler.PGBOUNCER);
        assertThat(service.sessions().profile().mode()).isEqualTo(Mode.TRANSACTION);
        assertThat(service.sessions().profile().evidence()).anyMatch(evidence -> evidence.certain());
    }

    @Test
    void createdProfileHasWhatWasGivenAndDefaults() {
        Answer created = service.send(tenant, "POST", PROFILES, ADA);

        assertThat(created.status()).isEqualTo(200);
        assertThat(created.header("Content-Type")).isEqualTo("application/json");
        assertThat(created.body().propertyNames()).containsExactly("data");
        assertThat(created.data().propertyNames())
                .containsExactlyInAnyOrder(
                        "id",
                        "name",
                        "email",
                        "avatar_url",
                        "role",
                        "bio",
                        "tenant_id",
                        "active",
                        "created_at",
                        "updated_at");
        assertThat(created.data().get("name").asString()).isEqualTo("Ada");
        assertThat(created.data().get("bio").asString()).isEqualTo("Wrote the first program");
        assertThat(created.data().get("tenant_id").asString()).isEqualTo(tenant.toString());
        assertThat(created.data().get("active").asBoolean()).isTrue();
        assertThat(created.data().get("created_at")).isEqualTo(created.data().get("updated_at"));
    }

    @Test
    void everyFieldIsOptional() {
        Answer created = service.send(tenant, "POST", PROFILES, "{}");

        assertThat(created.status()).isEqualTo(200);
        assertThat(created.data().get("name").isNull()).isTrue();
        assertThat(created.data().get("email").isNull()).isTrue();
    }

    @Test
    void aProfileIsGotAsItWasCreated() {
        Answer created = service.send(tenant, "POST", PROFILES, ADA);

        Answer got =
                service.get(tenant, PROFILES + "/" + created.data().get("id").asString());

        assertThat(got.status()).isEqualTo(200);
        assertThat(got.data()).isEqualTo(created.data());
    }

    @Test
    void aProfileMayBeSentBackAsItWasGot() {
        Answer created = service.send(tenant, "POST", PROFILES, ADA);
        String path = PROFILES + "/" + created.data().get("id").asString();
        String foreign = created.data()
                .toString()
                .replace(tenant.toString(), UUID.randomUUID().toString());

        Answer sentBack = service.send(tenant, "PUT", path, foreign.replace("\"Ada\"", "\"Ada Lovelace\""));

        assertThat(sentBack.status()).isEqualTo(200);
        assertThat(sentBack.data().get("name").asString()).isEqualTo("Ada Lovelace");
        assertThat(sentBack.data().get("id")).isEqualTo(created.data().get("id"));
        assertThat(sentBack.data().get("tenant_id").asString()).isEqualTo(tenant.toString());
        assertThat(sentBack.data().get("created_at")).isEqualTo(created.data().get("created_at"));
    }

    @Test
    void listHasTheColumnsOfTheFormerSystem() {
        service.create(tenant, ADA);

        Answer list = service.get(tenant, PROFILES);

        assertThat(list.status()).isEqualTo(200);
        assertThat(list.body().propertyNames()).containsExactly("data", "next_cursor");
        assertThat(list.data().get(0).propertyNames())
                .containsExactly(
                        "id", "name", "email", "role", "bio", "tenant_id", "active", "created_at", "updated_at");
    }

    @Test
    void emptyListIsAList() {
        Answer list = service.get(tenant, PROFILES);

        assertThat(list.data().isArray()).isTrue();
        assertThat(list.data()).isEmpty();
        assertThat(list.body().get("next_cursor").isNull()).isTrue();
    }

    @Test
    void updateChangesTheGivenFieldsOnly() {
        Answer before = service.send(tenant, "POST", PROFILES, ADA);
        String path = PROFILES + "/" + before.data().get("id").asString();

        Answer updated = service.send(tenant, "PUT", path, "{\"name\": \"Countess\", \"bio\": null}");

        assertThat(updated.status()).isEqualTo(200);
        assertThat(updated.data().get("name").asString()).isEqualTo("Countess");
        assertThat(updated.data().get("bio").isNull()).isTrue();
        assertThat(updated.data().get("email")).isEqualTo(before.data().get("email"));
        assertThat(updated.data().get("role")).isEqualTo(before.data().get("role"));
        assertThat(updated.data().get("created_at")).isEqualTo(before.data().get("created_at"));
        assertThat(OffsetDateTime.parse(updated.data().get("updated_at").asString()))
                .isAfter(OffsetDateTime.parse(before.data().get("updated_at").asString()));
        assertThat(service.get(tenant, path).data()).isEqualTo(updated.data());
    }

    @Test
    void everyFieldCanBeUpdated() {
        UUID id = service.create(tenant, ADA);

        Answer updated = service.send(
                tenant,
                "PUT",
                PROFILES + "/" + id,
                "{\"name\": \"N\", \"email\": \"n@example.org\", \"avatar_url\": \"/n.png\", \"bio\": \"B\","
                        + " \"role\": \"R\", \"active\": false}");

        assertThat(updated.data().get("email").asString()).isEqualTo("n@example.org");
        assertThat(updated.data().get("avatar_url").asString()).isEqualTo("/n.png");
        assertThat(updated.data().get("role").asString()).isEqualTo("R");
        assertThat(updated.data().get("active").asBoolean()).isFalse();
    }

    @Test
    void updateOfNothingChangesNothing() {
        Answer before = service.send(tenant, "POST", PROFILES, ADA);

        Answer updated = service.send(
                tenant, "PUT", PROFILES + "/" + before.data().get("id").asString(), "{}");

        assertThat(updated.data()).isEqualTo(before.data());
    }

    @Test
    void deletedProfileIsGone() {
        String path = PROFILES + "/" + service.create(tenant, ADA);

        Answer deleted = service.send(tenant, "DELETE", path, "");

        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.body().toString()).isEqualTo("{\"data\":{\"deleted\":true}}");
        assertThat(service.get(tenant, path).status()).isEqualTo(404);
        assertThat(service.send(tenant, "DELETE", path, "").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "raw_sql=true&no_prepare=true&statement_cache_size=0",
                "raw_sql=false&no_prepare=&statement_cache_size=abc&prepared_statement_cache_size=-1",
                "raw_sql&raw_sql=true"
            })
    void formerQueryParametersChangeNothing(String query) {
        Answer created = service.send(tenant, "POST", PROFILES + "?" + query, ADA);
        String path = PROFILES + "/" + created.data().get("id").asString();

        assertThat(service.get(tenant, PROFILES + "?" + query + "&limit=10").body())
                .isEqualTo(service.get(tenant, PROFILES + "?limit=10").body());
        assertThat(service.get(tenant, path + "?" + query).body()).isEqualTo(created.body());
        assertThat(service.send(tenant, "PUT", path + "?" + query, "{\"name\":\"A\"}")
                        .status())
                .isEqualTo(200);
        assertThat(service.send(tenant, "DELETE", path + "?" + query, "").status())
                .isEqualTo(200);
    }

    @Test
    void textComesBackAsItWasGiven() {
        String body = "{\"name\": \"O'Neil; drop table profiles; -- :id ? $1 \\\\ \\\"\", \"bio\": \"日本語 🚀\\n\"}";

        Answer created = service.send(tenant, "POST", PROFILES, body);

        assertThat(created.data().get("name").asString()).isEqualTo("O'Neil; drop table profiles; -- :id ? $1 \\ \"");
        assertThat(created.data().get("bio").asString()).isEqualTo("日本語 🚀\n");
    }

    @Test
    void everyRequestWorksOnEveryBackendAndLeavesNothing() throws Exception {
        try (Backends backends = Backends.of(Labs.pooler(version));
                LeakProbe probe = LeakProbe.before(backends)) {
            backends.onEach(() -> {
                String path = PROFILES + "/" + service.create(tenant, ADA);
                assertThat(service.get(tenant, PROFILES).ids()).hasSize(1);
                assertThat(service.send(tenant, "PUT", path, "{\"name\":\"A\"}").status())
                        .isEqualTo(200);
                assertThat(service.get(tenant, path).status()).isEqualTo(200);
                assertThat(service.send(tenant, "DELETE", path, "").status()).isEqualTo(200);
            });
            probe.assertNothingLeaked();
        }
        assertThat(PreparedStatements.countByBackend(version))
                .hasSize(Labs.BACKENDS)
                .allSatisfy((backend, count) -> assertThat(count).isZero());
    }
}
