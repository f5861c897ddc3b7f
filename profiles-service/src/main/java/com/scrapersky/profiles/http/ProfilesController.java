package com.scrapersky.profiles.http;

import com.scrapersky.profiles.ProfileFields;
import com.scrapersky.profiles.ProfileService;
import com.scrapersky.profiles.security.Tenants;
import com.scrapersky.session.DatabaseSessionFactory;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The requests about profiles. Each opens a session, has the service do its work in it, and ends it; the tenant is the one
 * of the token.
 *
 * <p>Clients of the former system send {@code raw_sql}, {@code no_prepare}, {@code statement_cache_size} and
 * {@code prepared_statement_cache_size} in the query of each request. Like every unknown query parameter they are accepted
 * and ignored, whatever their value: what a pooler needs is known to the session, and nothing here could pass it on.
 */
@RestController
@RequestMapping(path = ProfilesController.PATH, produces = MediaType.APPLICATION_JSON_VALUE)
class ProfilesController {

    static final String PATH = "/api/v3/profiles";

    private final DatabaseSessionFactory sessions;
    private final ProfileService profiles;
    private final Tenants tenants;

    ProfilesController(DatabaseSessionFactory sessions, ProfileService profiles, Tenants tenants) {
        this.sessions = sessions;
        this.profiles = profiles;
        this.tenants = tenants;
    }

    @GetMapping
    ProfilePage list(
            @AuthenticationPrincipal Jwt token,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String offset,
            @RequestParam(required = false) @Nullable String cursor) {
        UUID tenant = tenants.of(token);
        PageRequest page = PageRequest.of(limit, offset, cursor);
        return ProfilePage.of(sessions.read(session -> page.from(profiles, session, tenant)), page.limit());
    }

    @GetMapping("/{id}")
    Answer get(@AuthenticationPrincipal Jwt token, @PathVariable String id) {
        UUID tenant = tenants.of(token);
        UUID profile = Ids.of(id);
        return found(sessions.read(session -> profiles.getProfile(session, tenant, profile)));
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    Answer create(@AuthenticationPrincipal Jwt token, @RequestBody Map<String, @Nullable Object> body) {
        UUID tenant = tenants.of(token);
        ProfileFields fields = ProfileFields.of(body);
        return new Answer(sessions.write(session -> profiles.createProfile(session, tenant, fields)));
    }

    @PutMapping(path = "/{id}", consumes = MediaType.APPLICATION_JSON_VALUE)
    Answer update(
            @AuthenticationPrincipal Jwt token,
            @PathVariable String id,
            @RequestBody Map<String, @Nullable Object> body) {
        UUID tenant = tenants.of(token);
        UUID profile = Ids.of(id);
        ProfileFields changes = ProfileFields.of(body);
        return found(sessions.write(session -> profiles.updateProfile(session, tenant, profile, changes)));
    }

    @DeleteMapping("/{id}")
    Answer delete(@AuthenticationPrincipal Jwt token, @PathVariable String id) {
        UUID tenant = tenants.of(token);
        UUID profile = Ids.of(id);
        if (!sessions.write(session -> profiles.deleteProfile(session, tenant, profile))) {
            throw new ProfileNotFoundException();
        }
        return new Answer(Map.of("deleted", true));
    }

    private static Answer found(Optional<Map<String, @Nullable Object>> profile) {
        return new Answer(profile.orElseThrow(ProfileNotFoundException::new));
    }

    /** What every successful request but the list answers with. */
    record Answer(Map<String, ? extends @Nullable Object> data) {}
}
