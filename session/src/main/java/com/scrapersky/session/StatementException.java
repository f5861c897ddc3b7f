package com.scrapersky.session;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The server refused a statement or gave up on it. {@link #sqlState()} is the server's own; constraint, table and column
 * names are those of its error report ("Error and Notice Message Fields" in the PostgreSQL manual).
 *
 * <p>Inside a transaction every further statement is refused by the server until a rollback; let the exception leave the
 * work, or run the statement in {@link DatabaseSession#savepoint(SessionWork)}.
 */
public sealed class StatementException extends DatabaseException
        permits ConstraintViolationException, StatementCancelledException {

    private static final long serialVersionUID = 1L;

    private final @Nullable Integer position;
    private final @Nullable String constraint;
    private final @Nullable String table;
    private final List<String> columns;

    StatementException(Facts facts, Place place) {
        super(facts);
        this.position = place.position();
        this.constraint = place.constraint();
        this.table = place.table();
        this.columns = List.copyOf(place.columns());
    }

    /**
     * Where in the caller's own SQL text the error lies: the index of a character, counted from 1, as PostgreSQL counts.
     * Empty where the server named none, and for texts of several statements.
     */
    public OptionalInt position() {
        return position == null ? OptionalInt.empty() : OptionalInt.of(position);
    }

    /** The name of the constraint that was violated. */
    public Optional<String> constraint() {
        return Optional.ofNullable(constraint);
    }

    /** The table that the error is about. */
    public Optional<String> table() {
        return Optional.ofNullable(table);
    }

    /** The first of {@link #columns()}. */
    public Optional<String> column() {
        return columns.stream().findFirst();
    }

    /** The columns that the error is about: one for a null where none may be, those of the key for a duplicate. */
    public List<String> columns() {
        return columns;
    }

    /** Which part of the caller's statement and schema an error is about. */
    record Place(
            @Nullable Integer position,
            @Nullable String constraint,
            @Nullable String table,
            List<String> columns) {
        static final Place UNKNOWN = new Place(null, null, null, List.of());
    }
}
