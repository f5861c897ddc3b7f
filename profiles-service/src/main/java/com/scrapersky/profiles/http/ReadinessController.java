package com.scrapersky.profiles.http;

import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.SessionContext;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Says whether a request would be served now: the service has started, is not about to stop, and its database answers. */
@RestController
class ReadinessController {

    private static final Logger LOG = LoggerFactory.getLogger(ReadinessController.class);

    private final DatabaseSessionFactory database;
    private final ApplicationAvailability availability;

    ReadinessController(DatabaseSessionFactory sessions, ApplicationAvailability availability) {
        this.database = sessions.withContext(SessionContext.none());
        this.availability = availability;
    }

    @GetMapping("/readyz")
    ResponseEntity<Map<String, String>> readiness() {
        if (availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC && isDatabaseThere()) {
            return ResponseEntity.ok(Map.of("status", "ready"));
        }
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).body(Map.of("status", "not ready"));
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
