package com.scrapersky.profiles.jobs;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.scrapersky.session.Row;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job as its tenant sees it.
 *
 * @param state {@code queued}, {@code running}, {@code done} or {@code failed}
 * @param rowsReceived how many rows there are to do
 * @param rowsDone how many are done; what is done stays done, whatever happens
 * @param rowsAdded how many of these became profiles; the others' e-mail addresses were there already
 * @param problem why it failed
 */
@Schema(
        requiredProperties = {
            "id",
            "kind",
            "state",
            "rows_received",
            "rows_done",
            "rows_added",
            "problem",
            "created_at",
            "finished_at",
            "finished"
        })
public record Job(
        @Schema(example = "0b0d7c1e-3a52-4f0e-9d55-1a8b6f3c2d10")
        UUID id,

        @Schema(allowableValues = "import") String kind,

        @Schema(allowableValues = {"queued", "running", "done", "failed"})
        String state,

        @JsonProperty("rows_received") @Schema(example = "20000")
        long rowsReceived,

        @JsonProperty("rows_done")
        @Schema(example = "10000", description = "What is done stays done, whatever happens.")
        long rowsDone,

        @JsonProperty("rows_added")
        @Schema(
                example = "9998",
                description = "How many became profiles; the others' e-mail addresses were there already.")
        long rowsAdded,

        @Schema(
                types = {"string", "null"},
                description = "Why it failed.")
        @Nullable
        String problem,

        @JsonProperty("created_at") @Schema(example = "2026-11-28T10:15:30.123456Z")
        Instant createdAt,

        @JsonProperty("finished_at")
        @Schema(
                types = {"string", "null"},
                format = "date-time",
                example = "2026-11-28T10:15:34.567890Z")
        @Nullable
        Instant finishedAt) {

    static final String COLUMNS =
            "id, kind, state, rows_received, rows_done, rows_added, problem, created_at, finished_at";

    static Job of(Row row) {
        return new Job(
                Objects.requireNonNull(row.getUuid("id")),
                Objects.requireNonNull(row.getString("kind")),
                Objects.requireNonNull(row.getString("state")),
                row.getLong("rows_received"),
                row.getLong("rows_done"),
                row.getLong("rows_added"),
                row.getString("problem"),
                Objects.requireNonNull(row.getInstant("created_at")),
                row.getInstant("finished_at"));
    }

    /** Whether nothing about it will change any more. */
    public boolean isFinished() {
        return state.equals("done") || state.equals("failed");
    }
}
