package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The list of those profiles that contain a text. */
@ParameterizedClass
@EnumSource(PgBouncerVersion.class)
class SearchTest {

    private static final Pattern NEXT = Pattern.compile("<([^>]*)>; rel=\"next\"");

    @Parameter
    PgBouncerVersion version;

    private final UUID tenant = UUID.randomUUID();
    private RunningService service;

    @BeforeEach
    void start() {
        service = RunningService.behind(version);
    }

    private UUID create(String name, String email) {
        return service.create(tenant, "{\"name\": \"" + name + "\", \"email\": \"" + email + "\"}");
    }

    private Answer search(String text) {
        return service.get(tenant, PROFILES + "?search=" + URLEncoder.encode(text, StandardCharsets.UTF_8));
    }

    @Test
    void findsNamesAndAddressesInWhicheverCase() {
        UUID ada = create("Ada Lovelace", "ada@example.org");
        UUID grace = create("Grace Hopper", "grace@navy.example.com");
        UUID bare = service.create(tenant, "{\"bio\": \"knew ada\"}");

        assertThat(search("LOVE").ids()).containsExactly(ada);
        assertThat(search("navy").ids()).containsExactly(grace);
        assertThat(search("Example").ids()).containsExactly(ada, grace);
        assertThat(search("e h").ids()).containsExactly(grace);
        assertThat(search("nobody").ids()).isEmpty();
        assertThat(search("").ids()).containsExactly(ada, grace, bare);
    }

    @Test
    void noCharacterHasAMeaningOfItsOwn() {
        UUID percent = create("100 % O'Neill_x", "a@example.org");
        create("100 of them", "b@example.org");

        assertThat(search("100 %").ids()).containsExactly(percent);
        assertThat(search("l_x").ids()).containsExactly(percent);
        assertThat(search("'").ids()).containsExactly(percent);
        assertThat(search("1__ ").ids()).isEmpty();
        assertThat(search("' or true --").ids()).isEmpty();
        assertThat(search("\\").ids()).isEmpty();
    }

    @Test
    void linksGoOnWithTheSameSearch() {
        List<UUID> wanted = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            wanted.add(create("W&nted + " + i, "w" + i + "@example.org"));
            create("Other " + i, "o" + i + "@example.org");
        }
        List<UUID> found = new ArrayList<>();
        String path = PROFILES + "?limit=3&search=" + URLEncoder.encode("w&nted +", StandardCharsets.UTF_8);
        while (path != null) {
            Answer page = service.get(tenant, path);
            found.addAll(page.ids());
            Matcher next = NEXT.matcher(page.header("Link"));
            path = next.find() ? next.group(1) : null;
        }
        assertThat(found).isEqualTo(wanted);
        assertThat(service.get(tenant, PROFILES + "?search=other&offset=5").ids())
                .hasSize(2);
    }

    @Test
    void anothersProfilesAreNotFound() {
        UUID own = create("Ada", "ada@example.org");
        UUID other = UUID.randomUUID();
        service.create(other, "{\"name\": \"Ada\"}");

        assertThat(search("ada").ids()).containsExactly(own);
    }

    @Test
    void whatCannotBeSearchedForIsRefusedByName() {
        assertThat(search("x".repeat(200)).status()).isEqualTo(200);
        Answer tooLong = search("x".repeat(201));
        assertThat(tooLong.status()).isEqualTo(400);
        assertThat(tooLong.errorFields()).containsExactly("search");
        assertThat(service.get(tenant, PROFILES + "?limit=0&search=a%00b").errorFields())
                .containsExactlyInAnyOrder("limit", "search");
    }
}
