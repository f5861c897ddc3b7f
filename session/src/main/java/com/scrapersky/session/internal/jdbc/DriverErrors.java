package com.scrapersky.session.internal.jdbc;

import com.scrapersky.session.internal.errors.ErrorTable;
import com.scrapersky.session.internal.errors.KnownError;
import com.scrapersky.session.internal.errors.Meaning;
import java.io.IOException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What an exception of the driver means, and how much of its text may be shown. */
public final class DriverErrors {

    /** {@code Key (tenant_id, email)=(…) already exists.} */
    private static final Pattern KEY = Pattern.compile("^[^(]*\\((.+?)\\)=\\(", Pattern.DOTALL);

    /** {@code COPY people, line 3, column id: "x"}, in whatever language: what stands behind the colon is data. */
    private static final Pattern COPY_PLACE = Pattern.compile("^COPY [^,:]+, \\p{L}+ (\\d+)(?:, \\p{L}+ ([^:,\"]+))?");

    private static final Pattern FIRST_NUMBER = Pattern.compile("\\d{1,3}(?:[.,'’\\h]\\d{3})*(?!\\d)");

    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");

    /** Below this length a bound value is looked for in quotes only: replacing every "1" would hide the message itself. */
    private static final int LONG_ENOUGH_TO_HIDE_ANYWHERE = 4;

    private final SQLException error;
    private final String message;

    private DriverErrors(SQLException error, String message) {
        this.error = error;
        this.message = message;
    }

    public static DriverErrors of(SQLException error) {
        ServerErrorMessage server = error instanceof PSQLException own ? own.getServerErrorMessage() : null;
        // The primary message only: details quote rows and keys.
        String primary = server == null ? error.getMessage() : server.getMessage();
        return new DriverErrors(error, primary == null ? error.getClass().getSimpleName() : primary);
    }

    /** The deepest SQLException: pools wrap the driver's. */
    public static SQLException rootOf(SQLException error) {
        SQLException root = error;
        for (Throwable cause = error.getCause(); cause instanceof SQLException deeper; cause = deeper.getCause()) {
            root = deeper;
        }
        return root;
    }

    /** What stopped a batch; the BatchUpdateException around it quotes the statement with its values. */
    public static SQLException firstOfBatch(SQLException error) {
        SQLException next = error.getNextException();
        return error instanceof BatchUpdateException && next != null ? next : error;
    }

    /**
     * The index of the parameter set that failed, counted from 0, or -1 where that is unknown. It stands only in the
     * message of the BatchUpdateException ("Batch entry 1 … was aborted", translated, the number grouped): in autocommit
     * pgjdbc reports every entry as failed, because all of them are undone ({@code BatchResultHandler}, 42.7.14).
     */
    public static int failedBatchEntry(SQLException error) {
        if (!(error instanceof BatchUpdateException) || error.getMessage() == null) {
            return -1;
        }
        Matcher number = FIRST_NUMBER.matcher(error.getMessage());
        return number.find() ? Integer.parseInt(number.group().replaceAll("\\D", "")) : -1;
    }

    /** The same with every bound value taken out of the message, except what stands in the SQL text anyway. */
    public DriverErrors hiding(Map<String, ? extends @Nullable Object> values, String sql) {
        String hidden = message;
        for (Map.Entry<String, ? extends @Nullable Object> entry : values.entrySet()) {
            for (String text : texts(entry.getValue())) {
                if (!text.isEmpty() && !sql.contains(text)) {
                    String name = "‹:" + entry.getKey() + "›";
                    hidden = text.length() < LONG_ENOUGH_TO_HIDE_ANYWHERE
                            ? hidden.replace('"' + text + '"', name)
                            : hidden.replace(text, name);
                }
            }
        }
        if (isDataError()) {
            // Whatever else class 22 quotes is a piece of data, perhaps in another spelling than it was bound in.
            hidden = QUOTED.matcher(hidden)
                    .replaceAll(quoted ->
                            sql.contains(quoted.group(1)) ? Matcher.quoteReplacement(quoted.group()) : "‹value›");
        }
        return new DriverErrors(error, hidden);
    }

    private static List<String> texts(@Nullable Object value) {
        List<String> texts = new ArrayList<>();
        if (value instanceof Collection<?> elements) {
            elements.forEach(element -> texts.addAll(texts(element)));
        } else if (value instanceof Object[] elements) {
            for (Object element : elements) {
                texts.addAll(texts(element));
            }
        } else if (value instanceof byte[] bytes) {
            texts.add("\\x" + HexFormat.of().formatHex(bytes));
        } else if (value instanceof Enum<?> constant) {
            texts.add(constant.name());
        } else if (value != null) {
            texts.add(value.toString());
        }
        return texts;
    }

    /** {@code "row 3, column name of the copy: "} where the server names them, or an empty text. */
    public String placeInCopy() {
        ServerErrorMessage server = error instanceof PSQLException own ? own.getServerErrorMessage() : null;
        String context = server == null ? null : server.getWhere();
        Matcher place = COPY_PLACE.matcher(context == null ? "" : context);
        if (!place.find()) {
            return "";
        }
        String column = place.group(2);
        return "row " + place.group(1) + (column == null ? "" : ", column " + column) + " of the copy: ";
    }

    public SQLException error() {
        return error;
    }

    public String message() {
        return message;
    }

    public @Nullable String sqlState() {
        return error.getSQLState();
    }

    private String state() {
        String state = error.getSQLState();
        return state == null ? "" : state;
    }

    private boolean isDataError() {
        return state().startsWith("22");
    }

    /** What is known of such an error. */
    public KnownError known() {
        return ErrorTable.of(state(), message);
    }

    /** What it says about its statement. The connection is gone with every FATAL error, whatever else it says. */
    public Meaning meaning() {
        Meaning meaning = known().meaning();
        return switch (meaning) {
            case NOT_FORWARDED, WAIT, CONFIGURATION, ENDED_BEFORE, CONNECTION_LOST -> meaning;
            case ROLLED_BACK, LOCKED, CANCELLED, CONSTRAINT, REJECTED -> isFatal() ? Meaning.CONNECTION_LOST : meaning;
        };
    }

    /** Whether the connection is gone: an I/O failure, a server that shuts down, or a FATAL error of a pooler. */
    public boolean isConnectionLost() {
        return state().startsWith("08") || known().meaning() == Meaning.CONNECTION_LOST || isFatal();
    }

    private boolean isFatal() {
        ServerErrorMessage server = error instanceof PSQLException own ? own.getServerErrorMessage() : null;
        return server != null && "FATAL".equals(server.getSeverity());
    }

    /** A copy of the driver's exception for the stack trace, without the texts that may hold values. */
    public SQLException withoutValues() {
        SQLException copy = new SQLException(message, error.getSQLState());
        copy.setStackTrace(error.getStackTrace());
        if (error.getCause() instanceof IOException transport) {
            copy.initCause(transport);
        }
        return copy;
    }

    /** The columns of an error report: its own field, else those of the key that its detail names. */
    public static List<String> columns(ServerErrorMessage server) {
        String column = server.getColumn();
        if (column != null) {
            return List.of(column);
        }
        String detail = server.getDetail();
        Matcher key = detail == null || server.getConstraint() == null ? null : KEY.matcher(detail);
        return key != null && key.find() ? List.of(key.group(1).split(", ")) : List.of();
    }
}
