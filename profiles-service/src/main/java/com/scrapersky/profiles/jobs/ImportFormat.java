package com.scrapersky.profiles.jobs;

import java.io.Reader;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;

/** In what form rows are sent. */
public enum ImportFormat {
    CSV {
        @Override
        Iterator<Map<String, @Nullable Object>> rows(Reader content) {
            return new CsvRows(content);
        }
    },
    NDJSON {
        @Override
        Iterator<Map<String, @Nullable Object>> rows(Reader content) {
            return new NdjsonRows(content);
        }
    };

    /** The form that a media type means. */
    public static Optional<ImportFormat> of(@Nullable String mediaType) {
        if (mediaType == null) {
            return Optional.empty();
        }
        MediaType type = MediaType.parseMediaType(mediaType);
        return switch (type.getType() + "/" + type.getSubtype()) {
            case "text/csv" -> Optional.of(CSV);
            case "application/x-ndjson", "application/ndjson", "application/jsonl" -> Optional.of(NDJSON);
            default -> Optional.empty();
        };
    }

    abstract Iterator<Map<String, @Nullable Object>> rows(Reader content);
}
