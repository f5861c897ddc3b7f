package com.scrapersky.profiles.http;

import com.scrapersky.profiles.ProfileFields;
import com.scrapersky.profiles.ProfileService;
import com.scrapersky.profiles.SearchText;
import com.scrapersky.profiles.security.Tenants;
import com.scrapersky.session.DatabaseSessionFactory;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
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
@Tag(name = "profiles")
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

    @Operation(
            operationId = "listProfiles",
            summary = "Profiles in the order of their creation",
            description =
                    "From an offset on, or behind the next_cursor of an earlier answer; not both. With a search, those"
                            + " whose name or e-mail address contains it.")
    @ApiResponse(
            responseCode = "200",
            description = "A part of the list",
            headers = @Header(name = HttpHeaders.LINK, ref = "#/components/headers/Link"))
    @GetMapping
    ResponseEntity<ProfilePage> list(
            @AuthenticationPrincipal Jwt token,
            @Parameter(
                            description = "How many at most.",
                            schema = @Schema(types = "integer", minimum = "1", maximum = "1000", defaultValue = "100"))
                    @RequestParam(required = false)
                    @Nullable
                    String limit,
            @Parameter(
                            description = "How many to leave out.",
                            schema = @Schema(types = "integer", format = "int64", minimum = "0", defaultValue = "0"))
                    @RequestParam(required = false)
                    @Nullable
                    String offset,
            @Parameter(description = "The next_cursor of an earlier answer.", schema = @Schema(types = "string"))
                    @RequestParam(required = false)
                    @Nullable
                    String cursor,
            @Parameter(
                            description = "What name or e-mail address have to contain, in whichever case; none of its"
                                    + " characters has a meaning of its own. An empty one is none.",
                            schema = @Schema(types = "string", maxLength = SearchText.LONGEST))
                    @RequestParam(required = false)
                    @Nullable
                    String search) {
        UUID tenant = tenants.of(token);
        PageRequest page = PageRequest.of(limit, offset, cursor, search);
        ProfilePage answer =
                ProfilePage.of(sessions.read(session -> page.from(profiles, session, tenant)), page.limit());
        return ResponseEntity.ok().header(HttpHeaders.LINK, links(answer, page)).body(answer);
    }

    @Operation(operationId = "getProfile", summary = "One profile")
    @ApiResponse(
            responseCode = "200",
            description = "The profile",
            headers = @Header(name = HttpHeaders.ETAG, ref = "#/components/headers/ETag"))
    @ApiResponse(responseCode = "304", description = "The client has it already", content = @Content)
    @Parameter(
            name = HttpHeaders.IF_NONE_MATCH,
            in = ParameterIn.HEADER,
            description = "The ETag of what the client has.",
            schema = @Schema(types = "string"))
    @Refused(HttpStatus.NOT_FOUND)
    @GetMapping("/{id}")
    ResponseEntity<Answer> get(@AuthenticationPrincipal Jwt token, @PathVariable String id) {
        UUID tenant = tenants.of(token);
        UUID profile = Ids.of(id);
        return found(sessions.read(session -> profiles.getProfile(session, tenant, profile)));
    }

    @Operation(operationId = "createProfile", summary = "Adds a profile")
    @ApiResponse(responseCode = "200", description = "The profile as it is stored")
    @Refused({HttpStatus.CONFLICT, HttpStatus.CONTENT_TOO_LARGE, HttpStatus.UNSUPPORTED_MEDIA_TYPE})
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    Answer create(
            @AuthenticationPrincipal Jwt token,
            @RequestBody @Schema(implementation = Schemas.ProfileFields.class) Map<String, @Nullable Object> body) {
        UUID tenant = tenants.of(token);
        ProfileFields fields = ProfileFields.of(body);
        return new Answer(sessions.write(session -> profiles.createProfile(session, tenant, fields)));
    }

    @Operation(
            operationId = "updateProfile",
            summary = "Changes the fields that are given, and no others",
            description = "With If-Match, if the profile is that version still.")
    @ApiResponse(
            responseCode = "200",
            description = "The profile as it is stored now",
            headers = @Header(name = HttpHeaders.ETAG, ref = "#/components/headers/ETag"))
    @Refused({
        HttpStatus.NOT_FOUND,
        HttpStatus.CONFLICT,
        HttpStatus.PRECONDITION_FAILED,
        HttpStatus.CONTENT_TOO_LARGE,
        HttpStatus.UNSUPPORTED_MEDIA_TYPE
    })
    @PutMapping(path = "/{id}", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Answer> update(
            @AuthenticationPrincipal Jwt token,
            @PathVariable String id,
            @Parameter(description = "The ETag of the version that is to be changed, or *.")
                    @RequestHeader(name = HttpHeaders.IF_MATCH, required = false)
                    @Nullable
                    String ifMatch,
            @RequestBody @Schema(implementation = Schemas.ProfileFields.class) Map<String, @Nullable Object> body) {
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

    @Operation(operationId = "deleteProfile", summary = "Deletes a profile, with its notes")
    @ApiResponse(responseCode = "200", description = "It is deleted")
    @Refused(HttpStatus.NOT_FOUND)
    @DeleteMapping("/{id}")
    Deleted delete(@AuthenticationPrincipal Jwt token, @PathVariable String id) {
        UUID tenant = tenants.of(token);
        UUID profile = Ids.of(id);
        if (!sessions.write(session -> profiles.deleteProfile(session, tenant, profile))) {
            throw new ProfileNotFoundException();
        }
        return Deleted.DONE;
    }

    private static ResponseEntity<Answer> found(Optional<Map<String, @Nullable Object>> profile) {
        Map<String, @Nullable Object> row = profile.orElseThrow(ProfileNotFoundException::new);
        return ResponseEntity.ok().eTag(Versions.of(row)).body(new Answer(row));
    }

    /** Where lists begin, and where this one goes on (RFC 8288). */
    private static String links(ProfilePage answer, PageRequest page) {
        String first = "<" + PATH + page.query(null) + ">; rel=\"first\"";
        return answer.nextCursor() == null
                ? first
                : first + ", <" + PATH + page.query(answer.nextCursor()) + ">; rel=\"next\"";
    }

    /** One profile. */
    @Schema(name = "ProfileAnswer")
    record Answer(
            @Schema(implementation = Schemas.Profile.class, requiredMode = RequiredMode.REQUIRED)
            Map<String, @Nullable Object> data) {}

    /** That something is deleted. */
    @Schema(name = "DeletedAnswer")
    record Deleted(
            @Schema(requiredMode = RequiredMode.REQUIRED) Deletion data) {

        static final Deleted DONE = new Deleted(new Deletion(true));

        record Deletion(
                @Schema(requiredMode = RequiredMode.REQUIRED)
                boolean deleted) {}
    }
}
