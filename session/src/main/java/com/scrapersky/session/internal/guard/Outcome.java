package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.guard.Flight.Purpose;
import com.scrapersky.session.internal.guard.Flight.Step;
import com.scrapersky.session.internal.sql.SqlPart.Kind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/** The results of a flight: those of the caller's statements, in JDBC's order, and what the others told. */
final class Outcome {

    /** "SET LOCAL can only be used in transaction blocks" and its kin. */
    private static final String NOT_IN_TRANSACTION_BLOCK = "25P01";

    /** A result set, or an update count as a Long. */
    private final List<Object> results = new ArrayList<>();

    /** The values that were read back, by the step that asked. */
    private final Map<Step, Map<String, @Nullable String>> readBack = new LinkedHashMap<>();

    /** What the caller's own statements may be warned of. */
    private final Set<Kind> callers = EnumSet.noneOf(Kind.class);

    private @Nullable ResultSet generatedKeys;
    private @Nullable TransactionId transactionId;
    private int at;

    private Outcome() {}

    /**
     * Walks through all results of {@code statement}, which has just been executed; they have all arrived.
     *
     * @param withKeys whether generated keys were asked for: the driver then takes the first result of all for them, and
     *     answers each statement that returns rows with a count as well
     */
    static Outcome read(Statement statement, Flight flight, boolean withKeys) throws SQLException {
        Outcome outcome = new Outcome();
        boolean first = true;
        for (Step step : flight.steps()) {
            ResultSet rows;
            if (first && withKeys) {
                rows = statement.getGeneratedKeys();
                // The driver gives an empty one in place of the count of a statement that returns no rows.
                boolean none = rows.getMetaData().getColumnCount() == 0;
                outcome.take(step, none ? null : rows, 0);
                if (!none) {
                    outcome.take(step, null, statement.getLargeUpdateCount());
                    statement.getMoreResults(Statement.KEEP_CURRENT_RESULT);
                }
            } else {
                rows = statement.getResultSet();
                outcome.take(step, rows, rows == null ? statement.getLargeUpdateCount() : 0);
                statement.getMoreResults(Statement.KEEP_CURRENT_RESULT);
                if (rows != null && withKeys) {
                    outcome.take(step, null, statement.getLargeUpdateCount());
                    statement.getMoreResults(Statement.KEEP_CURRENT_RESULT);
                }
            }
            first = false;
        }
        if (withKeys && !outcome.results.isEmpty() && outcome.results.get(0) instanceof ResultSet keys) {
            outcome.generatedKeys = keys;
            outcome.results.remove(0);
        }
        return outcome;
    }

    /** No results but generated keys. */
    static Outcome ofKeys(@Nullable ResultSet keys) {
        Outcome outcome = new Outcome();
        outcome.generatedKeys = keys;
        return outcome;
    }

    /** These results and those of the flight that followed. */
    Outcome and(Outcome next) {
        Outcome both = new Outcome();
        both.results.addAll(results);
        both.results.addAll(next.results);
        both.callers.addAll(callers);
        both.callers.addAll(next.callers);
        return both;
    }

    private void take(Step step, @Nullable ResultSet rows, long count) throws SQLException {
        if (step.purpose() == Purpose.CALLER) {
            if (step.part() != null) {
                callers.add(step.part().kind());
            }
            results.add(rows == null ? (Object) count : rows);
        } else if (rows != null) {
            if (step.purpose() == Purpose.FIRST_QUESTION) {
                transactionId = TransactionId.read(rows);
            } else if (step.purpose() != Purpose.SILENT && step.purpose() != Purpose.LASTING) {
                readBack.put(
                        step,
                        switch (step.purpose()) {
                            case CAPTURE -> pairs(rows);
                            case LASTING_IF_TOLD -> names(rows);
                            default -> values(step, rows);
                        });
            }
            rows.close();
        }
    }

    /** The warnings without those that the caller's own text would not have caused. The server's name the statement. */
    @Nullable
    SQLWarning callers(@Nullable SQLWarning warnings) {
        SQLWarning first = warnings;
        while (first != null && NOT_IN_TRANSACTION_BLOCK.equals(first.getSQLState()) && isOurs(first.getMessage())) {
            first = first.getNextWarning();
        }
        return first;
    }

    private boolean isOurs(@Nullable String message) {
        String text = String.valueOf(message);
        return (text.contains("SET LOCAL") && !callers.contains(Kind.SET_LOCAL))
                || (text.contains("SET TRANSACTION") && !callers.contains(Kind.SET_TRANSACTION));
    }

    private static Map<String, @Nullable String> values(Step step, ResultSet row) throws SQLException {
        Map<String, @Nullable String> values = new LinkedHashMap<>();
        if (row.next()) {
            for (int i = 0; i < step.names().size(); i++) {
                values.put(step.names().get(i), row.getString(i + 1));
            }
        }
        return values;
    }

    private static Map<String, @Nullable String> names(ResultSet rows) throws SQLException {
        Map<String, @Nullable String> names = new LinkedHashMap<>();
        if (rows.next() && rows.getArray(1) != null) {
            for (Object name : (Object[]) rows.getArray(1).getArray()) {
                names.put(String.valueOf(name), null);
            }
        }
        return names;
    }

    private static Map<String, @Nullable String> pairs(ResultSet rows) throws SQLException {
        Map<String, @Nullable String> values = new LinkedHashMap<>();
        if (rows.next() && rows.getArray(1) != null) {
            Object[] names = (Object[]) rows.getArray(1).getArray();
            Object[] settings = (Object[]) rows.getArray(2).getArray();
            for (int i = 0; i < names.length; i++) {
                values.put(String.valueOf(names[i]), String.valueOf(settings[i]));
            }
        }
        return values;
    }

    /** The number of the transaction, where the flight asked for it. */
    @Nullable
    TransactionId transactionId() {
        return transactionId;
    }

    /** What a step of the flight asked for. */
    Map<String, @Nullable String> told(Step step) {
        return readBack.getOrDefault(step, Map.of());
    }

    boolean isResultSet() {
        return at < results.size() && results.get(at) instanceof ResultSet;
    }

    @Nullable
    ResultSet resultSet() {
        return isResultSet() ? (ResultSet) results.get(at) : null;
    }

    long updateCount() {
        return at < results.size() && results.get(at) instanceof Long count ? count : -1;
    }

    @Nullable
    ResultSet generatedKeys() {
        return generatedKeys;
    }

    boolean next(int current) throws SQLException {
        ResultSet open = resultSet();
        if (open != null && current != Statement.KEEP_CURRENT_RESULT) {
            open.close();
        }
        at++;
        return isResultSet();
    }

    /** For {@code executeQuery}, with the driver's own refusals. */
    ResultSet onlyResultSet() throws SQLException {
        ResultSet rows = resultSet();
        if (rows == null) {
            throw new PSQLException("No results were returned by the query.", PSQLState.NO_DATA);
        }
        if (results.size() > 1) {
            throw new PSQLException("Multiple ResultSets were returned by the query.", PSQLState.TOO_MANY_RESULTS);
        }
        return rows;
    }

    /** For {@code executeUpdate}, with the driver's own refusal. */
    long onlyUpdateCount() throws SQLException {
        for (Object result : results) {
            if (result instanceof ResultSet) {
                throw new PSQLException("A result was returned when none was expected.", PSQLState.TOO_MANY_RESULTS);
            }
        }
        return results.isEmpty() ? 0 : updateCount();
    }
}
