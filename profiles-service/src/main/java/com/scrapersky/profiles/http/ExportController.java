package com.scrapersky.profiles.http;

import com.scrapersky.profiles.ProfileExport;
import com.scrapersky.profiles.security.Tenants;
import com.scrapersky.session.DatabaseSessionFactory;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.accept.HeaderContentNegotiationStrategy;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.NativeWebRequest;

/** Gives all profiles of a tenant as they come from the database; memory holds a block of them. */
@RestController
@Tag(name = "imports and exports")
class ExportController {

    private static final MediaType CSV = MediaType.parseMediaType("text/csv");
    private static final MediaType NDJSON = MediaType.parseMediaType("application/x-ndjson");
    private static final List<MediaType> FORMS = List.of(CSV, NDJSON);
    private static final HeaderContentNegotiationStrategy ACCEPT = new HeaderContentNegotiationStrategy();

    private final DatabaseSessionFactory sessions;
    private final ExpensiveRequests expensive;
    private final Tenants tenants;

    ExportController(DatabaseSessionFactory sessions, ExpensiveRequests expensive, Tenants tenants) {
        this.sessions = sessions;
        this.expensive = expensive;
        this.tenants = tenants;
    }

    /** One method for both forms: with one each, a request that accepts neither would be taken for one of the profile "export". */
    @Operation(
            operationId = "exportProfiles",
            summary = "All profiles, as an import takes them",
            description = "As CSV, or as NDJSON for a request that accepts application/x-ndjson rather than text/csv.")
    @ApiResponse(
            responseCode = "200",
            description = "The profiles in the order of lists",
            content = {
                @Content(
                        mediaType = "text/csv",
                        schema = @Schema(types = "string", format = "binary"),
                        examples =
                                @ExampleObject(
                                        "id,name,email\n6f1c2f2e-9d0b-4c58-8a3e-0f4a5f0c7b11,Ada Lovelace,ada@example.com\n")),
                @Content(mediaType = "application/x-ndjson", schema = @Schema(types = "string", format = "binary"))
            })
    @Refused(HttpStatus.TOO_MANY_REQUESTS)
    @GetMapping(path = ProfilesController.PATH + "/export")
    void export(@AuthenticationPrincipal Jwt token, NativeWebRequest request, HttpServletResponse response)
            throws IOException, HttpMediaTypeNotAcceptableException {
        if (wanted(request).equals(NDJSON)) {
            export(token, ProfileExport.NDJSON, "application/x-ndjson", "profiles.ndjson", response);
        } else {
            export(token, ProfileExport.CSV, "text/csv; charset=utf-8", "profiles.csv", response);
        }
    }

    /** The first form that fits what the request accepts, what it would rather have first; CSV where it leaves that open. */
    private static MediaType wanted(NativeWebRequest request) throws HttpMediaTypeNotAcceptableException {
        return accepted(request).stream()
                .flatMap(accepted -> FORMS.stream().filter(accepted::isCompatibleWith))
                .findFirst()
                .orElseThrow(() -> new HttpMediaTypeNotAcceptableException(FORMS));
    }

    private static List<MediaType> accepted(NativeWebRequest request) {
        try {
            return ACCEPT.resolveMediaTypes(request);
        } catch (HttpMediaTypeNotAcceptableException unreadable) {
            return List.of();
        }
    }

    private void export(Jwt token, ProfileExport format, String type, String file, HttpServletResponse response)
            throws IOException {
        expensive.count(tenants.of(token));
        response.setContentType(type);
        response.setHeader(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + file + "\"");
        sessions.read(session -> format.write(session, response.getOutputStream()));
    }
}
