package com.scrapersky.profiles.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.scrapersky.profiles.ProfileCursor;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list. {@code data} is the list itself, as in the former system; the cursor stands beside it.
 *
 * @param nextCursor where the next page begins; null when this one was not full, so that there is no more
 */
record ProfilePage(
        @Schema(requiredMode = RequiredMode.REQUIRED)
        @ArraySchema(schema = @Schema(implementation = Schemas.Profile.class))
        List<Map<String, @Nullable Object>> data,

        @JsonProperty("next_cursor")
        @Schema(
                types = {"string", "null"},
                requiredMode = RequiredMode.REQUIRED,
                description = "Where the next page begins; null when there is no more.",
                example = "AAYxNnQYd0BvHC8unQtMWIo-D0pfDHsR")
        @Nullable
        String nextCursor) {

    static ProfilePage of(List<Map<String, @Nullable Object>> rows, int limit) {
        boolean full = rows.size() == limit;
        return new ProfilePage(
                rows, full ? ProfileCursor.behind(rows.get(rows.size() - 1)).text() : null);
    }
}
