package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The list, a part at a time: every profile once, whatever happens to the list meanwhile. */
@ParameterizedClass
@EnumSource(PgBouncerVersion.class)
class PagingTest {

    private static final int PROFILES_THERE = 250;

    @Parameter
    PgBouncerVersion version;

    private final UUID tenant = UUID.randomUUID();
    private RunningService service;

    @BeforeEach
    void start() {
        service = RunningService.behind(version);
    }

    @Test
    void hundredAreListedUnlessToldOtherwise() {
        insertOfOneMoment(PROFILES_THERE);

        assertThat(service.get(tenant, PROFILES).ids()).hasSize(100);
        assertThat(service.get(tenant, PROFILES + "?limit=1000").ids()).hasSize(PROFILES_THERE);
        assertThat(service.get(tenant, PROFILES + "?limit=1").ids()).hasSize(1);
        assertThat(service.get(tenant, PROFILES + "?offset=249").ids()).hasSize(1);
        assertThat(service.get(tenant, PROFILES + "?offset=250").ids()).isEmpty();
        assertThat(service.get(tenant, PROFILES + "?offset=999999999999999999").ids())
                .isEmpty();
    }

    @Test
    void offsetsNeitherRepeatNorLoseProfilesOfOneMoment() {
        List<UUID> there = insertOfOneMoment(PROFILES_THERE);

        List<UUID> listed = IntStream.range(0, 36)
                .mapToObj(page -> service.get(tenant, PROFILES + "?limit=7&offset=" + page * 7))
                .flatMap(page -> page.ids().stream())
                .toList();

        assertThat(listed).containsExactlyInAnyOrderElementsOf(there);
    }

    @Test
    void cursorNeitherRepeatsNorLosesAProfileWhileOthersOfTheSameMomentCome() {
        List<UUID> there = insertOfOneMoment(PROFILES_THERE);
        List<UUID> listed = new ArrayList<>();
        List<UUID> added = new ArrayList<>();
        String path = PROFILES + "?limit=7";
        for (String next = ""; next != null; ) {
            Answer page = service.get(tenant, path + next);
            listed.addAll(page.ids());
            // Of the very same time, so that they come to stand before, in and behind what was listed.
            added.addAll(insertOfOneMoment(3));
            next = page.body().get("next_cursor").isNull() || added.size() > 5 * PROFILES_THERE
                    ? null
                    : "&cursor=" + page.body().get("next_cursor").asString();
        }

        assertThat(listed).doesNotHaveDuplicates().containsAll(there);
        assertThat(there.size() + added.size()).isGreaterThan(listed.size());
    }

    @Test
    void cursorGoesOnWhereItsProfileWasDeleted() {
        insertOfOneMoment(20);
        Answer first = service.get(tenant, PROFILES + "?limit=10");
        service.send(tenant, "DELETE", PROFILES + "/" + first.ids().get(9), "");

        Answer second = service.get(
                tenant,
                PROFILES + "?limit=10&cursor=" + first.body().get("next_cursor").asString());

        assertThat(second.ids()).hasSize(10).doesNotContainAnyElementsOf(first.ids());
    }

    @Test
    void cursorOfAnotherTenantShowsOnlyOnesOwn() {
        insertOfOneMoment(5);
        String cursor = service.get(tenant, PROFILES + "?limit=1")
                .body()
                .get("next_cursor")
                .asString();
        UUID other = UUID.randomUUID();
        UUID own = service.create(other, "{}");

        assertThat(service.get(other, PROFILES + "?cursor=" + cursor).ids()).containsExactly(own);
    }

    @Test
    void olderProfilesComeFirst() {
        List<UUID> created = IntStream.range(0, 5)
                .mapToObj(i -> service.create(tenant, "{\"name\": \"" + i + "\"}"))
                .toList();

        assertThat(service.get(tenant, PROFILES).ids()).isEqualTo(created);
    }

    @Test
    void pagesAreFoundInTheIndex() {
        insertOfOneMoment(PROFILES_THERE);

        List<String> plan = service.sessions().read(session -> {
            // With a few rows other plans cost the same; what counts is that the index can give rows and order.
            session.sql("set local enable_seqscan = off").update();
            session.sql("set local enable_bitmapscan = off").update();
            session.sql("set local enable_sort = off").update();
            return session.sql("explain select id from profiles where tenant_id = :tenant and"
                            + " (created_at, id) > (now(), :tenant) order by created_at, id limit 10")
                    .param("tenant", tenant)
                    .list(String.class);
        });

        assertThat(String.join("\n", plan))
                .contains("profiles_tenant_created_idx")
                .doesNotContain("Sort");
    }

    private List<UUID> insertOfOneMoment(int count) {
        List<UUID> ids =
                IntStream.range(0, count).mapToObj(i -> UUID.randomUUID()).toList();
        service.sessions()
                .write(session -> session.sql("insert into profiles (id, tenant_id, created_at)"
                                + " select unnest(:ids::uuid[]), :tenant, timestamptz '2026-01-01 00:00:00.123456Z'")
                        .param("ids", ids)
                        .param("tenant", tenant)
                        .update());
        return ids;
    }
}
