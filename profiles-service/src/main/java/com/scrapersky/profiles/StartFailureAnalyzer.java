package com.scrapersky.profiles;

import com.scrapersky.session.DatabaseException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** Says in two sentences why the service does not start, instead of a stack trace over the whole wiring. */
final class StartFailureAnalyzer implements FailureAnalyzer {

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConfigurationException configuration) {
                return new FailureAnalysis(configuration.getMessage(), configuration.wayOut(), cause);
            } else if (cause instanceof DatabaseException database) {
                return new FailureAnalysis(
                        database.getMessage(), database.advice().orElse("See whether the database is there."), cause);
            }
        }
        return null;
    }
}
