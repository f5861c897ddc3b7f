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
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Gives all profiles of a tenant as they come from the database; memory holds a block of them. */
@RestController
@Tag(name = "imports and exports")
class ExportController {

    private final DatabaseSessionFactory sessions;
    private final ExpensiveRequests expensive;
    private final Tenants tenants;

    ExportController(DatabaseSessionFactory sessions, ExpensiveRequests expensive, Tenants tenants) {
        this.sessions = sessions;
        this.expensive = expensive;
        this.tenants = tenants;
    }

    @Operation(operationId = "exportProfiles", summary = "All profiles, as an import takes them")
    @ApiResponse(
            responseCode = "200",
            description = "The profiles in the order of lists",
            content =
                    @Content(
                            mediaType = "text/csv",
                            schema = @Schema(types = "string", format = "binary"),
                            examples =
                                    @ExampleObject(
                                            "id,name,email\n6f1c2f2e-9d0b-4c58-8a3e-0f4a5f0c7b11,Ada Lovelace,ada@example.com\n")))
    @Refused(HttpStatus.TOO_MANY_REQUESTS)
    @GetMapping(path = ProfilesController.PATH + "/export", produces = "text/csv")
    void csv(@AuthenticationPrincipal Jwt token, HttpServletResponse response) throws IOException {
        export(token, ProfileExport.CSV, "text/csv; charset=utf-8", "profiles.csv", response);
    }

    @Operation(operationId = "exportProfiles", summary = "All profiles, as an import takes them")
    @ApiResponse(
            responseCode = "200",
            description = "The profiles in the order of lists",
            content =
                    @Content(mediaType = "application/x-ndjson", schema = @Schema(types = "string", format = "binary")))
    @Refused(HttpStatus.TOO_MANY_REQUESTS)
    @GetMapping(path = ProfilesController.PATH + "/export", produces = "application/x-ndjson")
    void ndjson(@AuthenticationPrincipal Jwt token, HttpServletResponse response) throws IOException {
        export(token, ProfileExport.NDJSON, "application/x-ndjson", "profiles.ndjson", response);
    }

    private void export(Jwt token, ProfileExport format, String type, String file, HttpServletResponse response)
            throws IOException {
        expensive.count(tenants.of(token));
        response.setContentType(type);
        response.setHeader(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + file + "\"");
        sessions.read(session -> format.write(session, response.getOutputStream()));
    }
}
