package com.scrapersky.profiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.ConstraintViolationException;
import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.StatementException;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The service by itself, on a session through each pooler. */
@ParameterizedClass
@EnumSource(PgBouncerVersion.class)
class ProfileServiceTest {

    @Parameter
    PgBouncerVersion version;

    private final ProfileService profiles = new ProfileService();
    private final UUID tenant = UUID.randomUUID();
    private DatabaseSessionFactory sessions;

    @BeforeEach
    void open() {
        sessions = RunningService.behind(version).sessions();
    }

    @Test
    void whatItDoesIsUndoneWithItsSession() {
        UUID id;
        try (DatabaseSession session = sessions.openSession()) {
            id = (UUID)
                    profiles.createProfile(session, tenant, fields("name", "x")).get("id");
            assertThat(profiles.getProfile(session, tenant, id)).isPresent();
            profiles.updateProfile(session, tenant, id, fields("name", "y"));
            profiles.deleteProfile(session, tenant, id);
        }
        assertThat(sessions.<Object, RuntimeException>read(session -> profiles.getProfiles(session, tenant)))
                .isEqualTo(List.of());
    }

    @Test
    void severalCallsAreOneTransaction() {
        assertThatThrownBy(() -> sessions.write(session -> {
                    profiles.createProfile(session, tenant, fields("email", "a@example.com"));
                    return profiles.createProfile(session, tenant, fields("email", "A@example.com"));
                }))
                .isInstanceOfSatisfying(
                        ConstraintViolationException.class,
                        conflict -> assertThat(conflict.constraint()).contains(ProfileService.UNIQUE_EMAIL));

        sessions.read(session -> {
            assertThat(profiles.getProfiles(session, tenant)).isEmpty();
            return null;
        });
    }

    @Test
    void updateMovesTheTimeWithinOneTransactionToo() {
        sessions.write(session -> {
            Map<String, Object> created = profiles.createProfile(session, tenant, fields("name", "x"));
            UUID id = (UUID) created.get("id");

            Map<String, Object> updated = profiles.updateProfile(session, tenant, id, fields("name", null))
                    .orElseThrow();

            assertThat(updated.get("name")).isNull();
            assertThat((OffsetDateTime) updated.get("updated_at")).isAfter((OffsetDateTime) created.get("updated_at"));
            return null;
        });
    }

    @Test
    void cursorContinuesBehindItsRow() {
        sessions.write(session -> {
            for (int i = 0; i < 5; i++) {
                // Of one transaction, and so of one time.
                profiles.createProfile(session, tenant, fields("name", "x"));
            }
            List<Map<String, Object>> all = profiles.getProfiles(session, tenant, 5, 0);
            ProfileCursor second = ProfileCursor.behind(all.get(1));

            assertThat(profiles.getProfilesBehind(session, tenant, 5, second)).isEqualTo(all.subList(2, 5));
            assertThat(ProfileCursor.parse(second.text())).contains(second);
            assertThat(profiles.getProfiles(session, tenant, 2, 3)).isEqualTo(all.subList(3, 5));
            return null;
        });
    }

    @Test
    void anotherTenantHasNoPartInAnything() {
        UUID other = UUID.randomUUID();
        sessions.write(session -> {
            UUID id = (UUID)
                    profiles.createProfile(session, tenant, fields("name", "x")).get("id");

            assertThat(profiles.getProfile(session, other, id)).isEmpty();
            assertThat(profiles.updateProfile(session, other, id, fields("name", "y")))
                    .isEmpty();
            assertThat(profiles.updateProfile(session, other, id, ProfileFields.of(Map.of())))
                    .isEmpty();
            assertThat(profiles.deleteProfile(session, other, id)).isFalse();
            assertThat(profiles.getProfiles(session, other)).isEmpty();
            assertThat(profiles.getProfile(session, tenant, id).orElseThrow().get("name"))
                    .isEqualTo("x");
            return null;
        });
    }

    @Test
    void limitsAreKept() {
        sessions.read(session -> {
            for (int limit : new int[] {0, -1, 1001}) {
                assertThatThrownBy(() -> profiles.getProfiles(session, tenant, limit, 0))
                        .isInstanceOf(InvalidInputException.class);
            }
            return null;
        });
    }

    @Test
    void aReadOnlySessionCannotWrite() {
        assertThatThrownBy(() -> sessions.read(session -> profiles.createProfile(session, tenant, fields("name", "x"))))
                .isInstanceOf(StatementException.class);
    }

    @Test
    void everyMethodTakesASessionAndATenantAndNothingOfAPooler() {
        List<Method> methods = Arrays.stream(ProfileService.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .toList();

        assertThat(methods).isNotEmpty().allSatisfy(method -> {
            assertThat(method.getParameterTypes()).startsWith(DatabaseSession.class, UUID.class);
            assertThat(method.getParameters()).noneMatch(PoolerParameters::isOne);
        });
    }

    private static ProfileFields fields(String name, Object value) {
        Map<String, Object> object = new HashMap<>();
        object.put(name, value);
        return ProfileFields.of(object);
    }
}
