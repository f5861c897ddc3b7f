package com.scrapersky.profiles.http;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.security.SecurityRequirements;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Says that the service runs; not that the database does, or every instance would be restarted when that is down. */
@RestController
@Tag(name = "health")
class HealthController {

    @Operation(operationId = "isUp", summary = "Says that the service runs")
    @SecurityRequirements
    @GetMapping(path = "/healthz", produces = MediaType.APPLICATION_JSON_VALUE)
    Health health() {
        return new Health("up");
    }

    /** How it is, in a word. */
    record Health(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED, example = "up")
            String status) {}
}
