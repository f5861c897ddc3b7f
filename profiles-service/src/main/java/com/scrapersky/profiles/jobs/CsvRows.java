package com.scrapersky.profiles.jobs;

import com.scrapersky.profiles.FieldError;
import com.scrapersky.profiles.ProfileFields;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a CSV text (RFC 4180), whose first record has the names of the columns. A value that is empty and not quoted is
 * null; {@code active} is {@code true}, {@code false} or left out, also as PostgreSQL writes them, {@code t} and {@code f}. Holds one
 * record. Not thread-safe.
 */
final class CsvRows implements Iterator<Map<String, @Nullable Object>> {

    private static final String ACTIVE = "active";
    private static final int LONGEST_RECORD = 128 * 1024;
    private static final int END = -1;
    private static final int UNREAD = -2;

    private final Reader content;
    private final List<String> names;
    private @Nullable List<@Nullable String> record;
    private int ahead = UNREAD;

    /** Of the record that is read or was read last. */
    private long number = RejectedRowException.NAMES;

    CsvRows(Reader content) {
        this.content = content;
        List<String> header = new ArrayList<>();
        for (String name : read()) {
            header.add(name == null ? "" : name);
        }
        if (!header.isEmpty() && header.get(0).startsWith("\uFEFF")) {
            header.set(0, header.get(0).substring(1));
        }
        if (header.stream().distinct().count() < header.size()) {
            throw rejected("must not name a column twice");
        }
        boolean nothing = header.equals(List.of("")) && peek() == END;
        List<FieldError> unknown = nothing ? List.of() : ProfileFields.problemsOf(header);
        if (!unknown.isEmpty()) {
            throw new RejectedRowException(number, unknown);
        }
        this.names = header;
    }

    @Override
    public boolean hasNext() {
        while (record == null && peek() != END) {
            number++;
            List<@Nullable String> next = read();
            if (next.size() == 1 && next.get(0) == null) {
                // An empty line is no record, not of one empty value either.
                number--;
            } else {
                record = next;
            }
        }
        return record != null;
    }

    @Override
    public Map<String, @Nullable Object> next() {
        if (!hasNext() || record == null) {
            throw new NoSuchElementException();
        }
        if (record.size() != names.size()) {
            throw rejected("must have " + names.size() + " values, as the first line has names");
        }
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            String text = record.get(i);
            // What must not be null is as if it were not given.
            if (text != null || !names.get(i).equals(ACTIVE)) {
                row.put(names.get(i), value(names.get(i), text));
            }
        }
        record = null;
        return row;
    }

    private static @Nullable Object value(String name, @Nullable String text) {
        if (!name.equals(ACTIVE) || text == null) {
            return text;
        }
        return switch (text) {
            case "true", "t" -> true;
            case "false", "f" -> false;
            default -> text;
        };
    }

    private List<@Nullable String> read() {
        List<@Nullable String> values = new ArrayList<>();
        StringBuilder value = new StringBuilder();
        int length = 0;
        boolean quoted = false;
        boolean within = false;
        while (true) {
            int next = take();
            if (++length > LONGEST_RECORD) {
                throw rejected("must not be longer than " + LONGEST_RECORD + " characters");
            }
            if (within) {
                if (next == END) {
                    throw rejected("must end each value that begins with a quotation mark with one");
                } else if (next != '"') {
                    value.append((char) next);
                } else if (peek() == '"') {
                    value.append((char) take());
                } else {
                    within = false;
                }
            } else if (next == '"' && value.isEmpty() && !quoted) {
                quoted = true;
                within = true;
            } else if (next == ',' || next == '\n' || next == END) {
                values.add(value.isEmpty() && !quoted ? null : value.toString());
                value.setLength(0);
                quoted = false;
                if (next != ',') {
                    return values;
                }
            } else if (next == '\r' && (peek() == '\n' || peek() == END)) {
                // The end of the line comes next.
                length--;
            } else if (quoted || next == '"') {
                throw rejected("must have quotation marks around values only, and twice within them");
            } else {
                value.append((char) next);
            }
        }
    }

    private int take() {
        int next = peek();
        ahead = UNREAD;
        return next;
    }

    private int peek() {
        if (ahead == UNREAD) {
            try {
                ahead = content.read();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        return ahead;
    }

    private RejectedRowException rejected(String problem) {
        return new RejectedRowException(number, List.of(new FieldError("record", problem)));
    }
}
