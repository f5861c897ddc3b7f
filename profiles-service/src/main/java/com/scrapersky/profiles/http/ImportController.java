package com.scrapersky.profiles.http;

import com.scrapersky.profiles.FieldError;
import com.scrapersky.profiles.InvalidInputException;
import com.scrapersky.profiles.jobs.ImportFormat;
import com.scrapersky.profiles.jobs.ImportService;
import com.scrapersky.profiles.jobs.Job;
import com.scrapersky.profiles.security.Tenants;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** Takes profiles by the thousands, and answers when they have arrived; what becomes of them the job tells. */
@RestController
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

    @PostMapping(
            path = ProfilesController.PATH + "/import",
            consumes = {"text/csv", "application/x-ndjson", "application/ndjson", "application/jsonl"},
            produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<JobsController.JobAnswer> receive(
            @AuthenticationPrincipal Jwt token,
            @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key,
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
