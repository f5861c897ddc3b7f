package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.guard.Flight.Purpose;
import com.scrapersky.session.internal.guard.Flight.Step;
import com.scrapersky.session.internal.sql.SqlPart;
import com.scrapersky.session.internal.sql.SqlPart.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Puts a flight together: walks through the statements of a text as the server will, and writes in front of each what its
 * backend does not know yet, and behind it the questions whose answers the session needs.
 */
final class FlightPlan {

    private static final String DEFAULT_ISOLATION = "default_transaction_isolation";
    private static final String DEFAULT_READ_ONLY = "default_transaction_read_only";
    private static final String DEFAULT_DEFERRABLE = "default_transaction_deferrable";

    private final VirtualState state;
    private final Cleanup cleanup;
    private final GeneratedKeys keys;
    private final StringBuilder sql = new StringBuilder();
    private final List<String> bound = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    private Settings applied;

    /** Whether no transaction is open, so that the next statement begins one. */
    private boolean idle;

    /** Whether the open transaction can only be rolled back, so that nothing has to be said in it. */
    private boolean failed;

    private boolean bindable;
    private boolean tellsSettings;

    private FlightPlan(VirtualState state, Cleanup cleanup, GeneratedKeys keys, boolean idle, boolean bindable) {
        this.state = state;
        this.cleanup = cleanup;
        this.keys = keys;
        this.applied = state.applied();
        this.idle = idle;
        this.bindable = bindable;
    }

    /**
     * @param idle whether no transaction is open at the server
     * @param failed whether the transaction that is open has failed
     * @param autoCommit whether the driver begins none
     * @param bindable whether values may be parameters in front of the caller's
     */
    static Flight of(
            KnownText text,
            VirtualState state,
            Cleanup cleanup,
            GeneratedKeys keys,
            boolean idle,
            boolean failed,
            boolean autoCommit,
            boolean bindable) {
        FlightPlan plan = new FlightPlan(state, cleanup, keys, idle, bindable);
        plan.failed = failed;
        return plan.compose(text, autoCommit);
    }

    /** Only what the backend has to be told, in the driver's transaction. */
    static Flight settingsOnly(VirtualState state, Cleanup cleanup, boolean idle) {
        FlightPlan plan = new FlightPlan(state, cleanup, GeneratedKeys.NONE, idle, false);
        plan.tell();
        return plan.flight(false);
    }

    private Flight compose(KnownText text, boolean autoCommit) {
        List<SqlPart> parts = text.sql().parts();
        boolean wrapped = text.mayHideState() && autoCommit && idle && canBeWrapped(parts);
        if (wrapped) {
            add(Purpose.SILENT, "BEGIN");
        }
        boolean hidden = text.mayHideState() || state.isHiddenStatePossible();
        for (SqlPart part : parts) {
            add(part, hidden, autoCommit);
        }
        if (wrapped) {
            add(Purpose.SILENT, "COMMIT");
        }
        if (text.mayHideState() && autoCommit && (wrapped || !endsTransaction(parts))) {
            clean();
        }
        return flight(wrapped);
    }

    private Flight flight(boolean wrapped) {
        return new Flight(sql.toString(), bound, steps, wrapped, tellsSettings);
    }

    /** A procedure may end transactions, which it cannot within one. */
    private static boolean canBeWrapped(List<SqlPart> parts) {
        return parts.stream()
                .noneMatch(part -> isTransactionControl(part.kind())
                        || part.kind() == Kind.OWN_TRANSACTION
                        || startsWith(part, "call")
                        || (part.kind() == Kind.DO && endsTransactionInside(part)));
    }

    private static boolean endsTransactionInside(SqlPart part) {
        String body = part.text().toLowerCase(Locale.ROOT);
        return body.contains("commit") || body.contains("rollback");
    }

    private static boolean startsWith(SqlPart part, String keyword) {
        return part.text().stripLeading().regionMatches(true, 0, keyword, 0, keyword.length());
    }

    private static boolean endsTransaction(List<SqlPart> parts) {
        return parts.stream().anyMatch(part -> isTransactionControl(part.kind()));
    }

    private static boolean isTransactionControl(Kind kind) {
        return switch (kind) {
            case BEGIN, COMMIT, ROLLBACK, PREPARE_TRANSACTION -> true;
            default -> false;
        };
    }

    private void add(SqlPart part, boolean hidden, boolean autoCommit) {
        switch (part.kind()) {
            case BEGIN -> {
                caller(part, part.text());
                tellCharacteristics(part);
            }
            case COMMIT, PREPARE_TRANSACTION -> {
                caller(part, part.text());
                ended();
                if (hidden) {
                    clean();
                }
            }
            case ROLLBACK -> {
                caller(part, part.text());
                ended();
            }
            case SET_TRANSACTION -> {
                tellCharacteristics(part);
                caller(part, part.text());
            }
            case ROLLBACK_TO, RELEASE, OWN_TRANSACTION -> caller(part, part.text());
            case DISCARD_ALL ->
                // In a transaction the server refuses the original before it does anything.
                caller(part, autoCommit && idle ? part.replacement() : part.text());
            case RESET_ALL -> {
                tell();
                add(Purpose.SILENT, Cleanup.RESET_ALL_LOCALLY);
                state.startup().asMap().forEach(this::set);
                caller(part, part.replacement());
                applied = Settings.NONE;
            }
            case RESET -> {
                tell();
                caller(part, part.replacement());
                restoreDefaults(part);
            }
            case SET, SET_CONFIG, CHARACTERISTICS -> {
                tell();
                caller(part, part.replacement());
                readBack(part);
            }
            default -> {
                tell();
                caller(part, part.text());
            }
        }
    }

    private void ended() {
        applied = Settings.NONE;
        idle = true;
        failed = false;
        tellsSettings = false;
    }

    private void caller(SqlPart part, String text) {
        // Behind a placeholder of the caller's own, one of ours would be counted wrong.
        bindable &= part.placeholders() == 0;
        append(sql.isEmpty() ? text : keys.returning(text));
        steps.add(new Step(Purpose.CALLER, part, List.of()));
        for (int more = 1; more < part.statements(); more++) {
            steps.add(new Step(Purpose.SILENT, part, List.of()));
        }
    }

    /** The settings that the next statement must find at its backend. */
    private void tell() {
        if (failed) {
            return;
        }
        if (idle) {
            tellCharacteristics(null);
        }
        tellSettings();
        idle = false;
    }

    private void tellSettings() {
        Settings wanted = state.session();
        for (String gone : wanted.goneFrom(applied)) {
            add(Purpose.SILENT, "SET LOCAL " + quoted(gone) + " TO DEFAULT");
        }
        List<String> missing = wanted.missingFrom(applied);
        if (!missing.isEmpty()) {
            StringBuilder call = new StringBuilder("select ");
            for (String name : missing) {
                String value = java.util.Objects.requireNonNull(wanted.get(name));
                call.append(call.length() > 7 ? ",set_config(" : "set_config(")
                        .append(SqlLiteral.of(name))
                        .append(',');
                if (bindable) {
                    call.append('?');
                    bound.add(value);
                } else {
                    call.append(SqlLiteral.of(value));
                }
                call.append(",true)");
            }
            add(Purpose.SILENT, call.toString());
        }
        applied = wanted;
        tellsSettings = true;
    }

    /** Custom settings have dots between names of their own. */
    private static String quoted(String setting) {
        StringBuilder quoted = new StringBuilder();
        for (String name : setting.split("\\.", -1)) {
            quoted.append(quoted.isEmpty() ? "" : ".").append(SqlLiteral.name(name));
        }
        return quoted.toString();
    }

    /** Isolation and access mode, which must come before anything that takes a snapshot. */
    private void tellCharacteristics(@org.jspecify.annotations.Nullable SqlPart own) {
        if (!idle || state.areCharacteristicsChosen()) {
            return;
        }
        Settings session = state.session();
        StringBuilder modes = new StringBuilder();
        String isolation = session.get(DEFAULT_ISOLATION);
        if (isolation != null && (own == null || !own.isolationGiven())) {
            modes.append(" ISOLATION LEVEL ").append(isolationName(isolation));
        }
        String readOnly = session.get(DEFAULT_READ_ONLY);
        if (readOnly != null && (own == null || !own.readOnlyGiven())) {
            modes.append(modes.isEmpty() ? "" : ",").append(isOn(readOnly) ? " READ ONLY" : " READ WRITE");
        }
        String deferrable = session.get(DEFAULT_DEFERRABLE);
        if (deferrable != null && (own == null || !own.deferrableGiven())) {
            modes.append(modes.isEmpty() ? "" : ",").append(isOn(deferrable) ? " DEFERRABLE" : " NOT DEFERRABLE");
        }
        if (!modes.isEmpty()) {
            add(Purpose.SILENT, "SET TRANSACTION" + modes);
        }
        idle = false;
    }

    private static boolean isOn(String value) {
        return value.equals("on");
    }

    /** The words of a server's setting are known; anything else was never accepted by one. */
    private static String isolationName(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "serializable" -> "SERIALIZABLE";
            case "repeatable read" -> "REPEATABLE READ";
            case "read uncommitted" -> "READ UNCOMMITTED";
            default -> "READ COMMITTED";
        };
    }

    /** What RESET goes back to is the session's start, which may itself be something that no backend knows. */
    private void restoreDefaults(SqlPart part) {
        for (String name : part.resets()) {
            String standard = state.resetValue(name);
            if (standard != null) {
                set(name, standard);
            }
        }
    }

    private void set(String name, String value) {
        add(Purpose.SILENT, "select set_config(" + SqlLiteral.of(name) + "," + SqlLiteral.of(value) + ",true)");
    }

    private void readBack(SqlPart part) {
        if (part.keeps().isEmpty()) {
            return;
        }
        StringBuilder question = new StringBuilder("select ");
        for (String name : part.keeps()) {
            question.append(question.length() > 7 ? "," : "")
                    .append("current_setting(")
                    .append(SqlLiteral.of(name))
                    .append(",true)");
        }
        append(question.toString());
        steps.add(new Step(Purpose.READ_BACK, part, part.keeps()));
    }

    /** Takes what hidden code left at the backend, and leaves the backend as it was. */
    private void clean() {
        append(cleanup.question());
        steps.add(new Step(Purpose.CAPTURE, null, List.of()));
        for (String statement : cleanup.statements()) {
            add(Purpose.SILENT, statement);
        }
    }

    private void add(Purpose purpose, String text) {
        append(text);
        steps.add(new Step(purpose, null, List.of()));
    }

    private void append(String text) {
        if (!sql.isEmpty()) {
            // A line comment at the end of the text before would swallow what follows on its line.
            sql.append("\n;");
        }
        sql.append(text);
    }
}
