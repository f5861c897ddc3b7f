package com.scrapersky.profiles.jobs;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.scrapersky.session.Row;
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
public record Job(
        UUID id,
        String kind,
        String state,
        @JsonProperty("rows_received") long rowsReceived,
        @JsonProperty("rows_done") long rowsDone,
        @JsonProperty("rows_added") long rowsAdded,
        @Nullable String problem,
        @JsonProperty("created_at") Instant createdAt,
        @JsonProperty("finished_at") @Nullable Instant finishedAt) {

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
