package com.scrapersky.profiles.http;

import com.scrapersky.profiles.ProfileFields;
import com.scrapersky.profiles.ProfileService;
import com.scrapersky.profiles.security.Tenants;
import com.scrapersky.session.DatabaseSessionFactory;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
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
    ResponseEntity<ProfilePage> list(
            @AuthenticationPrincipal Jwt token,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String offset,
            @RequestParam(required = false) @Nullable String cursor) {
        UUID tenant = tenants.of(token);
        PageRequest page = PageRequest.of(limit, offset, cursor);
        ProfilePage answer =
                ProfilePage.of(sessions.read(session -> page.from(profiles, session, tenant)), page.limit());
        return ResponseEntity.ok()
                .header(HttpHeaders.LINK, links(answer, page.limit()))
                .body(answer);
    }

    @GetMapping("/{id}")
    ResponseEntity<Answer> get(@AuthenticationPrincipal Jwt token, @PathVariable String id) {
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
    ResponseEntity<Answer> update(
            @AuthenticationPrincipal Jwt token,
            @PathVariable String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestBody Map<String, @Nullable Object> body) {
        UUID tenant = tenants.of(token);
        UUID profile = Ids.of(id);
        ProfileFields changes = ProfileFields.of(body);
        Instant wanted = Versions.wanted(ifMatch);
        return found(sessions.write(session -> {
            Optional<Map<String, @Nullable Object>> updated =
                    profiles.updateProfile(session, tenant, profile, changes, wanted);
            if (updated.isEmpty()
                    && wanted != null
                    && profiles.getProfile(session, tenant, profile).isPresent()) {
                throw new ProfileChangedException();
            }
            return updated;
        }));
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

    private static ResponseEntity<Answer> found(Optional<Map<String, @Nullable Object>> profile) {
        Map<String, @Nullable Object> row = profile.orElseThrow(ProfileNotFoundException::new);
        return ResponseEntity.ok().eTag(Versions.of(row)).body(new Answer(row));
    }

    /** Where lists begin, and where this one goes on (RFC 8288). */
    private static String links(ProfilePage page, int limit) {
        String first = "<" + PATH + "?limit=" + limit + ">; rel=\"first\"";
        return page.nextCursor() == null
                ? first
                : first + ", <" + PATH + "?limit=" + limit + "&cursor=" + page.nextCursor() + ">; rel=\"next\"";
    }

    /** What every successful request but the list answers with. */
    record Answer(Map<String, ? extends @Nullable Object> data) {}
}
