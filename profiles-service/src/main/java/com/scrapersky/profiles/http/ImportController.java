package com.scrapersky.profiles.http;

import com.scrapersky.profiles.FieldError;
import com.scrapersky.profiles.InvalidInputException;
import com.scrapersky.profiles.jobs.ImportFormat;
import com.scrapersky.profiles.jobs.ImportService;
import com.scrapersky.profiles.jobs.Job;
import com.scrapersky.profiles.security.Tenants;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** Takes profiles by the thousands, and answers when they have arrived; what becomes of them the job tells. */
@RestController
@Tag(name = "imports and exports")
class ImportController {

    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,200}");

    private final ImportService imports;
    private final ExpensiveRequests expensive;
    private final Tenants tenants;

    ImportController(ImportService imports, ExpensiveRequests expensive, Tenants tenants) {
        this.imports = imports;
        this.expensive = expensive;
        this.tenants = tenants;
    }

    @Operation(
            operationId = "importProfiles",
            summary = "Takes profiles by the thousands, a million at most",
            requestBody =
                    @RequestBody(
                            required = true,
                            description =
                                    "CSV with the names of fields in its first line, or one JSON object in each line",
                            content = {
                                @Content(
                                        mediaType = "text/csv",
                                        schema = @Schema(types = "string"),
                                        examples = @ExampleObject("name,email\r\nAda Lovelace,ada@example.com\r\n")),
                                @Content(mediaType = "application/x-ndjson", schema = @Schema(types = "string"))
                            }))
    @ApiResponse(
            responseCode = "202",
            description = "All rows have arrived; the job goes on by itself",
            headers = @Header(name = HttpHeaders.LOCATION, ref = "#/components/headers/Location"))
    @Refused({
        HttpStatus.CONTENT_TOO_LARGE,
        HttpStatus.UNSUPPORTED_MEDIA_TYPE,
        HttpStatus.UNPROCESSABLE_CONTENT,
        HttpStatus.TOO_MANY_REQUESTS
    })
    @PostMapping(
            path = ProfilesController.PATH + "/import",
            consumes = {"text/csv", "application/x-ndjson", "application/ndjson", "application/jsonl"},
            produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<JobsController.JobAnswer> receive(
            @AuthenticationPrincipal Jwt token,
            @Parameter(
                            description = "With the same key and content a repeated request is the same job.",
                            schema = @Schema(types = "string", pattern = "^[\\x21-\\x7e]{1,200}$"))
                    @RequestHeader(name = "Idempotency-Key", required = false)
                    @Nullable
                    String key,
            HttpServletRequest request)
            throws IOException {
        expensive.count(tenants.of(token));
        if (key != null && !KEY.matcher(key).matches()) {
            throw new InvalidInputException(
                    List.of(new FieldError("Idempotency-Key", "must have from 1 to 200 visible ASCII characters")));
        }
        ImportFormat format = ImportFormat.of(request.getContentType()).orElseThrow();
        Job job = imports.receive(Objects.requireNonNull(token.getSubject()), key, format, request.getInputStream());
        return ResponseEntity.accepted()
                .header(
                        HttpHeaders.LOCATION,
                        URI.create(JobsController.PATH + "/" + job.id()).toString())
                .body(new JobsController.JobAnswer(job));
    }
}
