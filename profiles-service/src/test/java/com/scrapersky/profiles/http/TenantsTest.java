package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static com.scrapersky.profiles.http.RefusalsTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Two tenants on the same backends never meet. */
@ParameterizedClass
@EnumSource(PgBouncerVersion.class)
class TenantsTest {

    @Parameter
    PgBouncerVersion version;

    private final UUID tenant = UUID.randomUUID();
    private final UUID other = UUID.randomUUID();
    private RunningService service;
    private UUID ofOther;
    private Answer before;

    @BeforeEach
    void start() {
        service = RunningService.behind(version);
        ofOther = service.create(other, "{\"name\": \"theirs\", \"email\": \"theirs@example.com\"}");
        before = service.get(other, PROFILES + "/" + ofOther);
    }

    @Test
    void aListHasOnesOwnOnly() {
        UUID own = service.create(tenant, "{}");

        assertThat(service.get(tenant, PROFILES).ids()).containsExactly(own);
        assertThat(service.get(other, PROFILES).ids()).containsExactly(ofOther);
    }

    @Test
    void anothersProfileIsAsIfItWereNot() {
        String path = PROFILES + "/" + ofOther;
        String absent = PROFILES + "/" + UUID.randomUUID();

        assertSameProblem(service.get(tenant, path), service.get(tenant, absent));
        assertSameProblem(
                service.send(tenant, "PUT", path, "{\"name\": \"mine\"}"),
                service.send(tenant, "PUT", absent, "{\"name\": \"mine\"}"));
        assertSameProblem(service.send(tenant, "PUT", path, "{}"), service.send(tenant, "PUT", absent, "{}"));
        assertSameProblem(service.send(tenant, "DELETE", path, ""), service.send(tenant, "DELETE", absent, ""));
        assertThat(service.get(other, path).body()).isEqualTo(before.body());
    }

    @Test
    void nobodyCreatesOrMovesAProfileIntoAnotherTenant() {
        String theirs = "{\"tenant_id\": \"" + other + "\"}";
        UUID own = service.create(tenant, "{}");

        Answer created = service.send(tenant, "POST", PROFILES + "?tenant_id=" + other, theirs);
        Answer changed = service.send(tenant, "PUT", PROFILES + "/" + own, theirs);

        assertThat(created.data().get("tenant_id").asString()).isEqualTo(tenant.toString());
        assertThat(changed.data().get("tenant_id").asString()).isEqualTo(tenant.toString());
        assertThat(service.get(tenant, PROFILES + "?tenant_id=" + other).ids())
                .containsExactly(own, UUID.fromString(created.data().get("id").asString()));
        assertThat(service.get(other, PROFILES).ids()).containsExactly(ofOther);
    }

    @Test
    void anothersEmailIsNoConflict() {
        assertThat(service.send(tenant, "POST", PROFILES, "{\"email\": \"theirs@example.com\"}")
                        .status())
                .isEqualTo(200);
    }

    private static void assertSameProblem(Answer answer, Answer ofAbsent) {
        assertProblem(answer, 404);
        assertThat(answer.body().get("detail")).isEqualTo(ofAbsent.body().get("detail"));
    }
}
