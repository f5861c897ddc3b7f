package com.scrapersky.session.internal.sql;

import java.util.List;

/**
 * A SQL text with named parameters, scanned once: what the driver gets, and the way back from the server's positions to
 * the caller's text. Immutable.
 */
public final class NamedSql {

    private final String text;
    private final String driverText;
    private final List<String> names;
    private final List<Placeholder> placeholders;
    private final boolean severalStatements;
    private final String firstKeyword;
    private final boolean returning;
    private final String transactionControl;

    NamedSql(
            String text,
            String driverText,
            List<String> names,
            List<Placeholder> placeholders,
            boolean severalStatements,
            String firstKeyword,
            boolean returning,
            String transactionControl) {
        this.text = text;
        this.driverText = driverText;
        this.names = List.copyOf(names);
        this.placeholders = List.copyOf(placeholders);
        this.severalStatements = severalStatements;
        this.firstKeyword = firstKeyword;
        this.returning = returning;
        this.transactionControl = transactionControl;
    }

    /** Scans {@code text}, or says why it cannot be sent. */
    public static NamedSql of(String text) throws SqlTextException {
        return new SqlScanner(text).scan();
    }

    /** The caller's text. */
    public String text() {
        return text;
    }

    /** The text for the driver: {@code ?} for each placeholder, {@code ??} for each question mark operator. */
    public String driverText() {
        return driverText;
    }

    /** The parameter names, each once, in the order of their first appearance. */
    public List<String> names() {
        return names;
    }

    /** The place of a name among them, or -1. They are few, and their strings are often the very ones asked for. */
    public int indexOf(String name) {
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** One for each {@code ?} of the driver's text, in its order. */
    public List<Placeholder> placeholders() {
        return placeholders;
    }

    /** Its first word that is one, in lower case; empty where there is none. */
    public String firstKeyword() {
        return firstKeyword;
    }

    /** Whether the statement reads and changes nothing as far as its first word tells. */
    public boolean isQuery() {
        return switch (firstKeyword) {
            case "select", "values", "table", "show", "explain" -> true;
            default -> false;
        };
    }

    /** Whether its answer may hold rows, as far as its words tell: anything but a plain change without RETURNING. */
    public boolean mayReturnRows() {
        return severalStatements
                || returning
                || switch (firstKeyword) {
                    case "insert", "update", "delete", "merge" -> false;
                    default -> true;
                };
    }

    /** Whether the text is one statement: the driver ends a transaction in the middle of a text of some hundred. */
    public boolean isOneStatement() {
        return !severalStatements;
    }

    /** Whether it is a COPY, which the driver has a protocol of its own for. */
    public boolean isCopy() {
        return firstKeyword.equals("copy");
    }

    /** The first word of a statement that would begin or end a transaction, or "" where there is none. */
    public String transactionControl() {
        return transactionControl;
    }

    /** Whether RETURNING stands in it as a word of code. */
    public boolean hasReturning() {
        return returning;
    }

    /** The caller's text on one line, cut after {@code limit} characters. */
    public String abbreviated(int limit) {
        String line = text.strip().replaceAll("\\s+", " ");
        if (line.length() <= limit) {
            return line;
        }
        int end = Character.isHighSurrogate(line.charAt(limit - 1)) ? limit - 1 : limit;
        return line.substring(0, end) + " …";
    }

    /**
     * The position in the caller's text (in chars, counted from 1) of a position that the server reported (in code
     * points of the text that the driver sent, counted from 1), or 0 where there is none: pgjdbc cuts a text of several
     * statements apart, and the server counts within a part.
     */
    public int originalPosition(int serverPosition) {
        if (serverPosition <= 0 || severalStatements) {
            return 0;
        }
        int remaining = serverPosition - 1;
        int from = 0;
        for (int i = 0; i < placeholders.size(); i++) {
            Placeholder placeholder = placeholders.get(i);
            int plain = text.codePointCount(from, placeholder.start());
            if (remaining < plain) {
                break;
            }
            remaining -= plain;
            int sent = placeholder.sentLength(i + 1);
            if (remaining < sent) {
                return placeholder.start() + 1;
            }
            remaining -= sent;
            from = placeholder.end();
        }
        int available = text.codePointCount(from, text.length());
        return text.offsetByCodePoints(from, Math.min(remaining, available)) + 1;
    }
}
