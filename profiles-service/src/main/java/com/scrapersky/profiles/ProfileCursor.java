package com.scrapersky.profiles;

import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A place in the list of profiles: behind the one with this time and id. Unlike an offset it costs the same at any depth,
 * and does not shift when rows before it come or go.
 *
 * @param createdAt to the microsecond, as PostgreSQL keeps it
 */
public record ProfileCursor(Instant createdAt, UUID id) {

    private static final int BYTES = 3 * Long.BYTES;

    // A forged time outside of PostgreSQL's range would be an error of the database.
    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    /** The place behind this row of a list. */
    public static ProfileCursor behind(Map<String, @Nullable Object> row) {
        if (row.get("created_at") instanceof OffsetDateTime createdAt && row.get("id") instanceof UUID id) {
            return new ProfileCursor(createdAt.toInstant(), id);
        }
        throw new IllegalArgumentException("a row without created_at and id: " + row.keySet());
    }

    /** Reads what {@link #text()} wrote; empty for anything else. */
    public static Optional<ProfileCursor> parse(String text) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            if (bytes.remaining() != BYTES) {
                return Optional.empty();
            }
            Instant createdAt = Instant.EPOCH.plus(bytes.getLong(), ChronoUnit.MICROS);
            return createdAt.isBefore(EARLIEST) || createdAt.isAfter(LATEST)
                    ? Optional.empty()
                    : Optional.of(new ProfileCursor(createdAt, new UUID(bytes.getLong(), bytes.getLong())));
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException forged) {
            return Optional.empty();
        }
    }

    /** As clients see it: a text without a meaning of its own, fit for a URL. */
    public String text() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES)
                .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, createdAt))
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }
}
