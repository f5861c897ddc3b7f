package com.scrapersky.profiles.http;

import com.scrapersky.profiles.http.HealthController.Health;
import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.SessionContext;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirements;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Says whether a request would be served now: the service has started, is not about to stop, and its database answers. */
@RestController
@Tag(name = "health")
class ReadinessController {

    private static final Logger LOG = LoggerFactory.getLogger(ReadinessController.class);

    private final DatabaseSessionFactory database;
    private final ApplicationAvailability availability;

    ReadinessController(DatabaseSessionFactory sessions, ApplicationAvailability availability) {
        this.database = sessions.withContext(SessionContext.none());
        this.availability = availability;
    }

    @Operation(operationId = "isReady", summary = "Says whether a request would be served now")
    @ApiResponse(responseCode = "200", description = "It would")
    @ApiResponse(
            responseCode = "503",
            description = "It would not: the database does not answer, or the service starts or stops",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                            schema = @Schema(implementation = Health.class)))
    @SecurityRequirements
    @GetMapping(path = "/readyz", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Health> readiness() {
        if (availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC && isDatabaseThere()) {
            return ResponseEntity.ok(new Health("ready"));
        }
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).body(new Health("not ready"));
    }

    private boolean isDatabaseThere() {
        try {
            return database.sql("select 1").single(Integer.class) == 1;
        } catch (DatabaseException away) {
            LOG.warn("not ready: {}", away.getMessage());
            return false;
        }
    }
}
