package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.guard.Flight.Purpose;
import com.scrapersky.session.internal.guard.Flight.Step;
import com.scrapersky.session.internal.sql.SqlPart;
import com.scrapersky.session.internal.sql.SqlPart.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts a flight together: walks through the statements of a text as the server will, and writes in front of each what its
 * backend does not know yet, and behind it the questions whose answers the session needs.
 */
// Over 400 lines, because it is one walk: each kind of statement changes what the next one finds.
final class FlightPlan {

    /** A line comment at the end of the text before would swallow what follows on its line. */
    private static final String SEPARATOR = "\n;";

    private final VirtualState state;
    private final Cleanup cleanup;
    private final GeneratedKeys keys;
    private final StringBuilder sql = new StringBuilder();
    private final List<String> bound = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    /** What a savepoint of the same text goes back to. */
    private final Map<String, Told> savepoints = new HashMap<>();

    /** What the session wants where the plan has come to, as far as that is known before the server answers. */
    private Settings session;

    /** What the backend knows there. */
    private Settings applied;

    /** Whether no transaction is open, so that the next statement begins one. */
    private boolean idle;

    /** Whether the server would take the next statement for one outside of a transaction block. */
    private boolean outsideBlock;

    /** Whether the driver begins the transaction, and as one that only reads. */
    private boolean readOnlyByDriver;

    /** Whether that has to be undone. */
    private boolean readWrite;

    /** Whether the open transaction can only be rolled back, so that nothing has to be said in it. */
    private boolean failed;

    /** Whether the transaction has executed RESET ALL. */
    private boolean resetAll;

    /** Whether the transaction's end is followed by a cleaning, so that what is set may be set for the session. */
    private boolean lasting;

    /** What the transaction is still to be asked first, or null. */
    private @Nullable String question;

    private boolean bindable;
    private boolean tellsSettings;

    /** Which statement of the caller's text the plan has come to. */
    private int at;

    /** The names that the backend has for the session, and not only for the transaction. */
    private Set<String> lastingNames;

    private record Told(Settings session, Settings applied, Set<String> lastingNames) {}

    /**
     * Where the transaction stands before a flight.
     *
     * @param idle whether no transaction is open at the server
     * @param failed whether the transaction that is open has failed
     * @param autoCommit whether the driver begins none
     * @param readOnly whether the driver begins one that only reads, where it begins one
     */
    record Departure(boolean idle, boolean failed, boolean autoCommit, boolean readOnly) {

        /** Whether the server takes the first statement for one outside of a transaction block. */
        boolean isOutsideBlock() {
            return idle && autoCommit;
        }
    }

    private FlightPlan(VirtualState state, Cleanup cleanup, GeneratedKeys keys, Departure departure, boolean bindable) {
        this.state = state;
        this.cleanup = cleanup;
        this.keys = keys;
        this.session = state.session();
        this.applied = state.applied();
        this.idle = departure.idle();
        this.failed = departure.failed();
        this.outsideBlock = departure.isOutsideBlock();
        this.readOnlyByDriver = !departure.autoCommit() && departure.readOnly();
        this.resetAll = state.isReset();
        this.lasting = state.isHiddenStatePossible();
        this.lastingNames = state.lasting();
        this.question = state.question();
        this.bindable = bindable;
    }

    /**
     * @param parts the statements of {@code text} that it is about
     * @param bindable whether values may be parameters in front of the caller's
     */
    static Flight of(
            KnownText text,
            List<SqlPart> parts,
            VirtualState state,
            Cleanup cleanup,
            GeneratedKeys keys,
            Departure departure,
            boolean bindable) {
        return new FlightPlan(state, cleanup, keys, departure, bindable).compose(text, parts);
    }

    /**
     * Only what the backend has to be told, in the driver's transaction.
     *
     * @param mayHideState whether it is told for something that may set more unseen
     * @param forCopy whether it is told for a COPY, before which the driver begins a transaction without READ ONLY
     * @param bindable whether values may be parameters
     */
    static Flight settingsOnly(
            VirtualState state,
            Cleanup cleanup,
            Departure departure,
            boolean mayHideState,
            boolean forCopy,
            boolean bindable) {
        FlightPlan plan = new FlightPlan(state, cleanup, GeneratedKeys.NONE, departure, bindable);
        plan.lasting |= mayHideState;
        plan.readWrite = forCopy && plan.readOnlyByDriver;
        plan.tell(true);
        if (mayHideState) {
            plan.makeLast();
        }
        return plan.flight(false);
    }

    @SuppressWarnings("ReferenceEquality") // two statements of a text may be the same
    private Flight compose(KnownText text, List<SqlPart> parts) {
        boolean alone = outsideBlock;
        boolean unclean = FlightTransaction.isUnclean(text, parts);
        boolean mayBeSplit = FlightTransaction.mayBeSplit(parts.size()) && !session.isEmpty();
        boolean wrapped = (unclean || mayBeSplit) && alone && FlightTransaction.isWrapped(text, parts);
        if (wrapped) {
            add(Purpose.SILENT, "BEGIN");
        }
        boolean hidden = text.mayHideState() || state.isHiddenStatePossible();
        // What stands in no transaction of its own is cleaned in that transaction, where nothing can last.
        lasting |= text.mayHideState() && (wrapped || !alone || FlightTransaction.isControlled(parts));
        List<SqlPart> all = text.sql().parts();
        while (!parts.isEmpty() && all.get(at) != parts.get(0)) {
            at++;
        }
        for (SqlPart part : parts) {
            add(part, hidden, text.mayHideState() && lasting);
            at++;
        }
        if (wrapped) {
            add(Purpose.SILENT, "COMMIT");
        }
        if (unclean && alone && (wrapped || !FlightTransaction.isControlled(parts))) {
            clean();
        }
        return flight(wrapped);
    }

    private Flight flight(boolean wrapped) {
        return new Flight(sql.toString(), bound, steps, wrapped, tellsSettings, lasting);
    }

    private void add(SqlPart part, boolean hidden, boolean mayHideState) {
        boolean first = outsideBlock;
        outsideBlock = false;
        switch (part.kind()) {
            case BEGIN -> {
                caller(part, part.text());
                tellCharacteristics(part);
            }
            case COMMIT, PREPARE_TRANSACTION -> {
                if (lasting && session != applied && !idle) {
                    // What was set by a call since, and is not told yet, is later than what the backend has.
                    tell(true);
                }
                caller(part, part.text());
                ended(part);
                if (hidden || resetAll) {
                    clean();
                }
            }
            case ROLLBACK -> {
                caller(part, part.text());
                ended(part);
                resetAll = false;
                if (state.isUnclean()) {
                    clean();
                }
            }
            case SET_TRANSACTION -> {
                tellCharacteristics(part);
                caller(part, part.text());
            }
            case SAVEPOINT -> {
                tell(part.snapshot());
                caller(part, part.text());
                savepoints.put(part.name(), new Told(session, applied, lastingNames));
            }
            case ROLLBACK_TO -> {
                caller(part, part.text());
                failed = false;
                backTo(part.name());
            }
            case RELEASE, OWN_TRANSACTION -> caller(part, part.text());
            case DISCARD_ALL -> discard(part, first);
            case RESET_ALL -> resetAll(part);
            case RESET -> {
                tell(part.snapshot());
                caller(part, form(part));
                restoreDefaults(part);
            }
            case SET, SET_CONFIG, CHARACTERISTICS -> {
                tell(part.snapshot());
                if (mayHideState || (lasting && part.kind() == Kind.SET_CONFIG)) {
                    makeLast();
                }
                caller(part, form(part));
                readBack(part);
            }
            default -> {
                // LOCK is refused before the server looks for its tables; behind the settings it would not be.
                if (!(first && part.needsBlock() && !part.snapshot())) {
                    tell(part.snapshot());
                    if (part.snapshot()
                            && (mayHideState || (lasting && !part.keeps().isEmpty()))) {
                        makeLast();
                    }
                }
                caller(part, form(part));
                if (!KnownText.mayHideState(part.features())) {
                    readBack(part);
                }
            }
        }
    }

    /**
     * In the order of the program, what it sets by its text and what code sets unseen can only be kept by the server. So
     * where the transaction is cleaned at its end, statements go out as they are.
     */
    private String form(SqlPart part) {
        return lasting ? part.text() : part.replacement();
    }

    private void ended(SqlPart part) {
        applied = Settings.NONE;
        lastingNames = Set.of();
        // With AND CHAIN the next one has begun, and is what the one before was.
        idle = !part.chain();
        outsideBlock = idle;
        readOnlyByDriver = false;
        failed = false;
        tellsSettings = false;
        savepoints.clear();
    }

    private void backTo(String savepoint) {
        Told own = savepoints.get(savepoint);
        if (own != null) {
            session = own.session();
            applied = own.applied();
            lastingNames = own.lastingNames();
        } else {
            session = state.sessionAt(savepoint);
            applied = state.appliedAt(savepoint);
            lastingNames = state.lastingAt(savepoint);
        }
        tellsSettings = session == applied;
    }

    /** Of DISCARD ALL the server has to see only what it refuses: one that is not a text's and transaction's first statement. */
    private void discard(SqlPart part, boolean first) {
        boolean all = part.resets().contains("*");
        if (!all && !first) {
            // DEALLOCATE ALL begins the transaction and takes a snapshot; so does this, which does no harm.
            tell(true);
            caller(part, "DISCARD PLANS");
            return;
        }
        caller(part, all && !first ? part.text() : part.replacement());
        if (all && first) {
            session = state.defaults();
            applied = Settings.NONE;
            outsideBlock = true;
        }
    }

    /**
     * The server's own RESET ALL, for it alone knows every custom setting. What the pooler sets for this client is put back,
     * and behind the transaction all is reset once more: a setting that also had a value until the end of the transaction
     * then counts as set for the session, with its default (PostgreSQL, utils/misc/guc.c: AtEOXact_GUC).
     */
    private void resetAll(SqlPart part) {
        resetAll = true;
        tell(part.snapshot());
        caller(part, part.text());
        cleanup.agreed().ifPresent(agreed -> add(Purpose.SILENT, agreed));
        state.startup().asMap().forEach(this::set);
        session = session.rolesOf(state.defaults());
        applied = applied.rolesOf(Settings.NONE);
    }

    private void caller(SqlPart part, String text) {
        // Behind a placeholder of the caller's own, one of ours would be counted wrong.
        bindable &= part.placeholders() == 0;
        append(keys.areWritten() ? text + keys.clause(at) : sql.isEmpty() ? text : keys.returning(text));
        steps.add(new Step(Purpose.CALLER, part, List.of()));
        for (int more = 1; more < part.statements(); more++) {
            steps.add(new Step(Purpose.SILENT, part, List.of()));
        }
    }

    /**
     * The settings that the next statement must find at its backend.
     *
     * @param snapshot whether a snapshot may be taken for it: after one the transaction's isolation level is fixed
     */
    private void tell(boolean snapshot) {
        if (failed) {
            return;
        }
        if (idle) {
            tellCharacteristics(null);
        }
        tellSettings(snapshot);
        idle = false;
    }

    private void tellSettings(boolean snapshot) {
        Settings wanted = session;
        for (String gone : wanted.goneFrom(applied)) {
            add(Purpose.SILENT, (lasting ? "SET " : "SET LOCAL ") + SqlLiteral.setting(gone) + " TO DEFAULT");
        }
        List<String> missing = wanted.missingFrom(applied);
        if (!snapshot) {
            missing.forEach(name -> set(name, Objects.requireNonNull(wanted.get(name))));
        } else if (!missing.isEmpty()) {
            append(SettingStatements.telling(missing, wanted, bindable ? bound : null, lasting));
            steps.add(new Step(lasting ? Purpose.LASTING : Purpose.SILENT, null, missing));
            if (lasting) {
                lastsFor(missing);
            }
        }
        applied = wanted;
        tellsSettings = true;
        String asked = question;
        if (snapshot && asked != null) {
            add(Purpose.FIRST_QUESTION, asked);
            question = null;
        }
    }

    private void lastsFor(Collection<String> names) {
        lastingNames = new LinkedHashSet<>(lastingNames);
        lastingNames.addAll(names);
    }

    /**
     * Before code that may set something unseen, the session's settings have to be the backend's session's, too: only then
     * can be seen behind the transaction what became of each, one that was reset among them. Where something else holds until
     * the end of the transaction it stays so.
     */
    private void makeLast() {
        if (failed) {
            return;
        }
        List<String> names = new ArrayList<>();
        for (String name : session.missingFrom(Settings.NONE)) {
            if (!lastingNames.contains(name)) {
                names.add(name);
            }
        }
        if (!names.isEmpty()) {
            append(SettingStatements.lastingWhereTold(names, session));
            steps.add(new Step(Purpose.LASTING_IF_TOLD, null, names));
            lastsFor(names);
        }
    }

    /** Isolation and access mode, which must come before anything that takes a snapshot. */
    private void tellCharacteristics(@Nullable SqlPart own) {
        if (!idle || state.areCharacteristicsChosen()) {
            return;
        }
        String statement = Characteristics.statement(session, own, readOnlyByDriver, readWrite);
        if (statement != null) {
            add(Purpose.SILENT, statement);
        }
        idle = false;
    }

    /** What RESET goes back to is the session's start, which may itself be something that no backend knows. */
    private void restoreDefaults(SqlPart part) {
        for (String name : part.resets()) {
            String standard = state.resetValue(name);
            session = session.without(name, state.defaults());
            applied = applied.without(name, state.defaults());
            if (standard != null) {
                set(name, standard);
            }
        }
        if (tellsSettings) {
            applied = session;
        }
    }

    /** By a statement that takes no snapshot, where there is one for the value. */
    private void set(String name, String value) {
        append(SqlLiteral.set(name, value, !lasting));
        steps.add(new Step(lasting ? Purpose.LASTING : Purpose.SILENT, null, List.of(name)));
        if (lasting) {
            lastsFor(List.of(name));
        }
    }

    private void readBack(SqlPart part) {
        if (part.keeps().isEmpty()) {
            return;
        }
        if (!part.snapshot()) {
            for (String name : part.keeps()) {
                append("SHOW " + SqlLiteral.setting(name));
                steps.add(new Step(Purpose.READ_BACK, part, List.of(name)));
            }
            return;
        }
        append(SettingStatements.asking(part.keeps()));
        steps.add(new Step(Purpose.READ_BACK, part, part.keeps()));
    }

    /** Takes what hidden code left at the backend, and leaves the backend as it was. */
    private void clean() {
        append(cleanup.question(resetAll));
        resetAll = false;
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
            sql.append(SEPARATOR);
        }
        sql.append(text);
    }
}
