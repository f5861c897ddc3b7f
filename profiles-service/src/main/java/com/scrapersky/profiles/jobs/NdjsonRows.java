package com.scrapersky.profiles.jobs;

import com.scrapersky.profiles.FieldError;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Rows that are a JSON object each, one in a line. Holds one line. Not thread-safe. */
final class NdjsonRows implements Iterator<Map<String, @Nullable Object>> {

    private static final int LONGEST_LINE = 128 * 1024;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final TypeReference<Map<String, @Nullable Object>> OBJECT = new TypeReference<>() {};

    private final Reader content;
    private final StringBuilder line = new StringBuilder();

    /** Of the line that is read or was read last. */
    private long number;

    private boolean ended;

    NdjsonRows(Reader content) {
        this.content = content;
    }

    @Override
    public boolean hasNext() {
        while (line.isEmpty() && !ended) {
            number++;
            read();
            if (line.isEmpty()) {
                number--;
            }
        }
        return !line.isEmpty();
    }

    /** Empty lines are passed over. */
    private void read() {
        try {
            int next = content.read();
            for (; next >= 0 && next != '\n'; next = content.read()) {
                if (line.length() >= LONGEST_LINE) {
                    throw rejected("must not be longer than " + LONGEST_LINE + " characters");
                }
                line.append((char) next);
            }
            ended = next < 0;
            if (line.toString().isBlank()) {
                line.setLength(0);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public Map<String, @Nullable Object> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        try {
            Map<String, @Nullable Object> row = JSON.readValue(line.toString(), OBJECT);
            line.setLength(0);
            if (row != null) {
                return row;
            }
        } catch (JacksonException malformed) {
            // Without its text, which may quote the line.
        }
        throw rejected("must be a JSON object");
    }

    private RejectedRowException rejected(String problem) {
        return new RejectedRowException(number, List.of(new FieldError("line", problem)));
    }
}
