package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionFeature.Treatment;
import com.scrapersky.session.internal.guard.Flight.Purpose;
import com.scrapersky.session.internal.guard.Flight.Step;
import com.scrapersky.session.internal.sql.RoleChoices;
import com.scrapersky.session.internal.sql.SqlPart;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * The session that a borrowed connection plays to its user, while every transaction may run on another backend. Decides for
 * each text whether it goes out as it is, with the session's settings in front, on a backend of its own, or not at all.
 *
 * <p>Not thread-safe, as the connection is not.
 */
final class VirtualSession {

    /** What pgjdbc says to rollback() in autocommit; in a transaction of XA it is 55000 (42.7.14, PGXAConnection). */
    private static final String NO_TRANSACTION_OF_JDBC = "25P01";

    /** SQLSTATE 2D000, invalid transaction termination. */
    private static final String ENDED_INSIDE = "2D000";

    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String FEATURE_NOT_SUPPORTED = "0A000";

    private final Guard guard;

    /** What the user has set, from the first look at it on: most borrows end without one. */
    private @Nullable VirtualState state;

    private final PoolSafeConnection face;
    private Connection connection;

    /** Found when something asks for it, which an ordinary statement does not. */
    private @Nullable BaseConnection driver;

    /** Whether anything was done in this session that may have begun a transaction without the driver's knowing. */
    private boolean eventful;

    /** Whether the backend belongs to this session alone, and it has no context: nothing has to be watched. */
    private boolean ownBackend;

    /** Whether something was left at a backend that the pool keeps for the next session. */
    private boolean backendUsed;

    /** The connection before the move. */
    private @Nullable Connection left;

    /** Counts the moves: a statement made before the last one belongs to the connection that was left. */
    private int generation;

    /** What the pooler set on the backends for this client. */
    private @Nullable Map<String, String> tracked;

    /** Whether the open transaction changed what the catalogue says about functions and triggers. */
    private boolean definesCode;

    VirtualSession(Guard guard, Connection connection, PoolSafeConnection face, @Nullable ContextSettings context)
            throws SQLException {
        this.guard = guard;
        this.face = face;
        this.connection = connection;
        this.ownBackend = guard.isPassThrough() && context == null;
    }

    /**
     * What the session is bound to, whose settings are told to each transaction wherever it runs. The connection holds it: a
     * field more here would make each borrow cost eight bytes.
     */
    private @Nullable ContextSettings context() {
        return face.context();
    }

    /** The settings that the session begins with. */
    private Settings start() {
        ContextSettings context = context();
        return context == null ? guard.defaults() : guard.start(context);
    }

    /** Whether the backend belongs to this session alone although it is watched. */
    private boolean isBackendKept() {
        return guard.isPassThrough() || generation > 0;
    }

    Guard guard() {
        return guard;
    }

    Connection connection() {
        return connection;
    }

    PoolSafeConnection face() {
        return face;
    }

    BaseConnection driver() throws SQLException {
        BaseConnection known = driver;
        if (known == null) {
            known = CheckedConnection.driver(connection);
            driver = known;
        }
        return known;
    }

    /**
     * Lets each transaction be asked for its number, in the flush of its first statement; by then the session must have done
     * nothing. With a backend of its own it is watched for that as one with a context is.
     */
    void askForTransactionIds() throws SQLException {
        askFirst(TransactionId.question(driver()));
    }

    /** Lets a statement go in front of each transaction's first one; where it fails that one is not executed. */
    void askFirst(String question) {
        state().askFirst(question);
        ownBackend = false;
    }

    boolean hasFirstQuestion() {
        VirtualState mine = state;
        return mine != null && mine.question() != null;
    }

    private void noteAnswer(Flight flight, Outcome outcome) {
        if (flight.asks()) {
            state().answered(outcome.transactionId());
        }
    }

    /** The number of the open transaction, where it was asked. */
    @Nullable
    TransactionId transactionId() {
        VirtualState mine = state;
        return mine == null ? null : mine.transactionId();
    }

    /** Something went to the driver that is no known, harmless text. */
    void happened() {
        eventful = true;
    }

    VirtualState state() {
        VirtualState mine = state;
        if (mine == null) {
            mine = new VirtualState(start(), guard.startup());
            state = mine;
        }
        return mine;
    }

    /** Whether the backend, as far as this session is concerned, is as it wants it. */
    private boolean isSettled() {
        VirtualState mine = state;
        return mine == null ? start() == Settings.NONE : mine.isSettled();
    }

    boolean hasOwnBackend() {
        return ownBackend;
    }

    int generation() {
        return generation;
    }

    /** Whether the driver's names for statements go through a pooler here, and are looked after. */
    boolean areNamesCarried() {
        return guard.names().areLookedAfter() && generation == 0;
    }

    TransactionState transactionState() {
        try {
            return driver().getTransactionState();
        } catch (SQLException closed) {
            // What the pool has closed has no transaction.
            return TransactionState.IDLE;
        }
    }

    /** Whether a transaction is open, at the server or as far as the driver would have begun one. */
    boolean isInTransaction() {
        VirtualState mine = state;
        return (mine != null && mine.isBegun()) || transactionState() != TransactionState.IDLE;
    }

    /** Whether {@code text} can go out at once, as it is. The hot path: two comparisons of references. */
    boolean isStraight(KnownText text) {
        return ownBackend || (text.clean() && isSettled());
    }

    /**
     * The settings that have to be told in front of a text which is one harmless query outside of a transaction, in a session
     * that has set nothing but what it began with; null for everything else.
     */
    @Nullable
    Settings startInFrontOf(KnownText text) throws SQLException {
        if (ownBackend
                || state != null
                || generation > 0
                || !text.clean()
                || !text.features().isEmpty()
                || text.sql().parts().size() != 1
                || text.sql().parts().get(0).kind() != SqlPart.Kind.QUERY
                || text.sql().definesCode()
                || !departure().isOutsideBlock()) {
            return null;
        }
        Settings start = start();
        return start == Settings.NONE ? null : start;
    }

    /** The flight that {@link #flight} would make of such a text, or null where that has anything to be followed afterwards. */
    @Nullable
    ContextText inContext(KnownText text, Settings start) throws SQLException {
        List<String> names = start.missingFrom(Settings.NONE);
        ContextText known = guard.contextText(text, names);
        return known == null ? compose(text, names) : known;
    }

    private @Nullable ContextText compose(KnownText text, List<String> names) throws SQLException {
        Flight flight = flight(text, text.sql().parts(), GeneratedKeys.NONE, Set.of(), true);
        // Nothing was sent, so nothing is to be remembered.
        state = null;
        boolean settingsAndCaller = flight.steps().size() == 2
                && flight.steps().get(0).purpose() == Purpose.SILENT
                && flight.steps().get(0).names().equals(names)
                && flight.steps().get(1).isCallers()
                && flight.bound().size() == names.size();
        if (!settingsAndCaller || flight.wrapped() || flight.lasting()) {
            return null;
        }
        ContextText made = new ContextText(text, List.copyOf(names), flight.sql());
        guard.remember(made);
        return made;
    }

    /**
     * Makes ready for a text that is not straight: refuses it, or moves to a backend of its own.
     *
     * @return whether it can go out as it is now
     */
    boolean board(KnownText text) throws SQLException {
        eventful = true;
        ContextSettings context = context();
        if (context != null) {
            requireWithinContext(context, text);
        }
        for (SessionFeature feature : text.features()) {
            switch (guard.treatment(feature)) {
                case REFUSE -> throw guard.refusal(feature, "refused by the policy of this factory");
                case WARN -> guard.warn(feature);
                case MOVE -> {
                    if (isBackendKept()) {
                        backendUsed = true;
                        uses(feature);
                    } else if (needsBackend(feature, text)) {
                        moveFor(feature);
                    }
                }
                default -> {
                    // Virtualised by the flight, or let through.
                }
            }
            if (ownBackend) {
                return true;
            }
        }
        return text.clean() && isSettled();
    }

    /** Before a call of the driver's own that needs {@code feature}. */
    void reach(SessionFeature feature) throws SQLException {
        if (ownBackend) {
            return;
        }
        switch (guard.treatment(feature)) {
            case REFUSE -> throw guard.refusal(feature, "refused by the policy of this factory");
            case WARN -> guard.warn(feature);
            case MOVE -> moveFor(feature);
            default -> {
                // Let through.
            }
        }
    }

    /** Whether a text can go out together with others, behind the session's settings. */
    boolean travels(KnownText text) {
        return text.clean() || (context() == null && text.isLocal());
    }

    /** What would leave the context behind is refused; what code in the database does is not seen. */
    private void requireWithinContext(ContextSettings bound, KnownText text) throws SQLException {
        for (SqlPart part : text.sql().parts()) {
            if (part.kind() == SqlPart.Kind.OWN_TRANSACTION) {
                throw guard.refusal(
                        SessionFeature.OWN_TRANSACTION,
                        "in a session with a context, whose role and settings hold within transactions only; use"
                                + " withContext(SessionContext.none()) for it");
            }
        }
        if (bound.role() == null) {
            return;
        }
        for (String role : text.roles()) {
            if (!guard.isAllowed(role)) {
                throw new SQLNonTransientException(
                        (role.equals(RoleChoices.COMPUTED)
                                        ? "a role that is computed, or another login,"
                                        : "the role " + role)
                                + " cannot be taken on in a session whose context has a role: only the roles of the factory ("
                                + guard.allowedRoles()
                                + ") can, each as a literal. RESET ROLE goes back to the context's; for the login's own rights"
                                + " use withContext(SessionContext.none())",
                        INSUFFICIENT_PRIVILEGE);
            }
        }
    }

    /** Notes what a later question about a sequence may be about. */
    void drew(KnownText text) throws SQLException {
        VirtualState mine = state;
        if (mine != null && !mine.drawn().isEmpty() && SequenceUse.mayChangeNames(text)) {
            mine.searchPathMayChange();
        }
        if (!text.draws().isEmpty() && !ownBackend && (!connection.getAutoCommit() || isInTransaction())) {
            state().drew(text.draws());
        }
    }

    private boolean needsBackend(SessionFeature feature, KnownText text) throws SQLException {
        switch (feature) {
            case SEQUENCE_STATE -> {
                // Its sequence was advanced in the transaction that is open, on the backend that it holds.
                if (!SequenceUse.answersFor(
                        text.sql(), state().drawn(), transactionState() != TransactionState.IDLE, connection)) {
                    throw guard.refusal(
                            feature, "a backend of the pooler's may have drawn it, which is not held any more");
                }
                return false;
            }
            case OWN_TRANSACTION -> {
                return connection.getAutoCommit() && !isInTransaction() && !OwnTransactions.standAlone(text, state());
            }
            default -> {
                return true;
            }
        }
    }

    /** Goes on with a backend of its own, at a transaction's boundary, or refuses. */
    void moveFor(SessionFeature feature) throws SQLException {
        if (ownBackend || isBackendKept()) {
            return;
        }
        SessionConnections sessions = guard.sessions();
        if (sessions == null) {
            throw guard.refusal(feature, "the pooler gives each transaction another backend");
        }
        if (isInTransaction()) {
            throw guard.refusal(
                    feature, "it was first used within a transaction that already runs on a shared backend");
        }
        Connection target = sessions.borrow(feature);
        try {
            // What a context asks for goes on being told to each transaction, so that RESET cannot leave it.
            SessionMove.carryOver(connection, target, context() == null ? state().session() : Settings.NONE);
        } catch (SQLException failed) {
            target.close();
            throw failed;
        }
        // Its statements may still be asked for what was bound to them, and it holds no backend.
        left = connection;
        connection = target;
        driver = CheckedConnection.driver(target);
        tracked = null;
        uses(feature);
        ownBackend = context() == null;
        generation++;
        face.moved(target);
    }

    /** On a session connection that others get afterwards. */
    private void uses(SessionFeature feature) {
        if (connection instanceof DiscardingConnection lent) {
            lent.uses(feature);
        }
    }

    /**
     * The statements of a text by the flights that they need. One that begins behind the end of a transaction cannot be put
     * together before it is known what that transaction set.
     */
    List<List<SqlPart>> flights(KnownText text) throws SQLException {
        List<SqlPart> parts = text.sql().parts();
        boolean cleanedBehind = text.mayHideState() || state().isHiddenStatePossible() || state().isUnclean();
        List<List<SqlPart>> flights = new ArrayList<>();
        boolean told = !text.features().isEmpty()
                || !state().session().isEmpty()
                || state().isChangedInTransaction()
                || state().isHiddenStatePossible();
        int from = 0;
        boolean outside = told && departure().isOutsideBlock();
        for (int i = 0; told && i < parts.size(); i++) {
            SqlPart part = parts.get(i);
            if (cleanedBehind && part.endsTransaction() && FlightPlan.mayBeSplit(i - from)) {
                // The driver's own Sync must not come between the end and what cleans behind it.
                flights.add(parts.subList(from, i));
                from = i;
            }
            boolean ends = switch (part.kind()) {
                case COMMIT, ROLLBACK, PREPARE_TRANSACTION -> true;
                // It commits at once, whatever becomes of what follows.
                case DISCARD_ALL -> outside && part.resets().contains("*");
                default -> outside && part.needsBlock();
            };
            if (ends && i < parts.size() - 1) {
                flights.add(parts.subList(from, i + 1));
                from = i + 1;
            }
            outside = ends && !part.chain();
        }
        flights.add(parts.subList(from, parts.size()));
        return flights;
    }

    /** Whether the server would refuse it, were it the first that it is sent, for want of a transaction block. */
    boolean isRefusedHere(SqlPart first) throws SQLException {
        return first.needsBlock() && departure().isOutsideBlock();
    }

    /** What the server would have answered if the settings were there without having been told. */
    static SQLException refusedOutsideBlock() {
        return new PSQLException(
                "ERROR: DECLARE CURSOR can only be used in transaction blocks", PSQLState.NO_ACTIVE_SQL_TRANSACTION);
    }

    private FlightPlan.Departure departure() throws SQLException {
        TransactionState transaction = transactionState();
        return new FlightPlan.Departure(
                transaction == TransactionState.IDLE,
                transaction == TransactionState.FAILED,
                connection.getAutoCommit(),
                connection.isReadOnly());
    }

    Flight flight(KnownText text, List<SqlPart> parts, GeneratedKeys keys, Set<String> names, boolean bindable)
            throws SQLException {
        if (transactionState() == TransactionState.IDLE) {
            state().forgetApplied();
        }
        Set<String> set = new LinkedHashSet<>(names);
        parts.forEach(part -> set.addAll(part.keeps()));
        FlightPlan.Departure departure = departure();
        Flight flight = FlightPlan.of(text, parts, state(), cleanup(set), keys, departure, bindable);
        if (departure.isOutsideBlock()
                && flight.mayBeSplit()
                && (!state().session().isEmpty() || flight.cleans())) {
            throw new SQLNonTransientException(
                    "a text of " + parts.size()
                            + " statements, outside of a transaction, in a session that has set something or"
                            + " has a context: the driver would send it in several pieces, and what is set would hold for the"
                            + " first only. Way out: setAutoCommit(false), or shorter texts",
                    FEATURE_NOT_SUPPORTED);
        }
        return flight;
    }

    /**
     * Whether a text is to be sent in the driver's transaction, because it is so long that the driver would put a Sync of its
     * own somewhere into it: behind its COMMIT, perhaps, where the backend is not clean yet.
     */
    boolean needsDriversTransaction(KnownText text) throws SQLException {
        List<SqlPart> parts = text.sql().parts();
        return FlightPlan.mayBeSplit(parts.size())
                && departure().isOutsideBlock()
                && FlightPlan.isWrapped(text, parts)
                && FlightPlan.isUnclean(text, parts);
    }

    /**
     * Sends what follows the end of a transaction within the same text: the driver would begin another one, where the server,
     * given all at once, begins none.
     */
    <T> T behindTransaction(Work<T> work) throws SQLException {
        if (connection.getAutoCommit() || isInTransaction()) {
            return work.run();
        }
        connection.setAutoCommit(true);
        try {
            return work.run();
        } finally {
            connection.setAutoCommit(false);
        }
    }

    private Cleanup cleanup(Set<String> names) throws SQLException {
        Set<String> all = new LinkedHashSet<>(names);
        all.addAll(state().hiddenNames());
        for (String name : state().session().asMap().keySet()) {
            // The server lists no custom settings.
            if (name.indexOf('.') >= 0) {
                all.add(name);
            }
        }
        Map<String, String> agreed = tracked;
        if (agreed == null) {
            // Before this session's first flight nothing can have changed it.
            agreed = guard.tracked(driver());
            tracked = agreed;
        }
        return guard.cleanup(agreed, all);
    }

    /** Takes over what a flight that arrived has changed. */
    void landed(KnownText text, Flight flight, Outcome outcome, Set<String> names, boolean wasFailed)
            throws SQLException {
        boolean failed = wasFailed;
        SQLException unbearable = null;
        noteAnswer(flight, outcome);
        for (Step step : flight.steps()) {
            SqlPart part = step.part();
            if (step.purpose() == Purpose.CAPTURE) {
                captured(outcome.told(step));
                unbearable = firstOf(unbearable, DriverDemands.violatedBy(outcome.told(step)));
            } else if (step.purpose() == Purpose.LASTING) {
                state().lasts(step.names());
            } else if (step.purpose() == Purpose.LASTING_IF_TOLD) {
                state().lasts(outcome.told(step).keySet());
            } else if (step.purpose() == Purpose.READ_BACK) {
                outcome.told(step).forEach(state()::changedAtBackend);
                unbearable = firstOf(unbearable, DriverDemands.violatedBy(outcome.told(step)));
            } else if (part != null && step.purpose() == Purpose.CALLER) {
                follow(part, failed, flight.lasting());
                failed = false;
                if (flight.lasting()
                        && (part.kind() == SqlPart.Kind.SET || part.kind() == SqlPart.Kind.CHARACTERISTICS)) {
                    state().lasts(part.keeps());
                }
            }
        }
        if (transactionState() == TransactionState.IDLE) {
            // Statements that share a Sync are a transaction even where none begins it.
            state().committed();
        } else {
            if (flight.tellsSettings()) {
                state().told();
            }
            if (text.mayHideState()) {
                state().hiddenStatePossible(names);
            }
        }
        noteDefinitions(text);
        if (unbearable != null) {
            connection.abort(Runnable::run);
            throw unbearable;
        }
    }

    private static @Nullable SQLException firstOf(@Nullable SQLException first, @Nullable SQLException second) {
        return first == null ? second : first;
    }

    /**
     * Takes over what lasted beyond a transaction that was cleaned. A role that code in the database has taken on for the session,
     * or given up, ends with the transaction where it is none of the factory's.
     */
    private void captured(Map<String, @Nullable String> found) {
        ContextSettings context = context();
        if (context == null || context.role() == null) {
            state().captured(found);
            return;
        }
        Map<String, @Nullable String> kept = new LinkedHashMap<>(found);
        for (String name : List.of("role", "session_authorization")) {
            String value = found.get(name);
            if (name.equals("role") && value != null && guard.isAllowed(value)) {
                continue;
            }
            String before = state().session().get(name);
            if (before == null) {
                kept.remove(name);
            } else {
                kept.put(name, before);
            }
        }
        state().captured(kept);
    }

    private void follow(SqlPart part, boolean wasFailed, boolean lasting) {
        switch (part.kind()) {
            case COMMIT, PREPARE_TRANSACTION, ROLLBACK -> {
                boolean unclean = state().isUnclean() || (lasting && part.kind() == SqlPart.Kind.COMMIT);
                if (wasFailed || part.kind() == SqlPart.Kind.ROLLBACK) {
                    state().rolledBack();
                } else {
                    state().committed();
                }
                if (part.chain()) {
                    // The next one has begun, and is what this one was.
                    state().characteristicsChosen();
                    if (unclean) {
                        state().chained();
                    }
                }
            }
            case BEGIN -> {
                if (part.isolationGiven()) {
                    state().characteristicsChosen();
                }
            }
            case SAVEPOINT -> state().savepoint(part.name());
            case RELEASE -> state().release(part.name());
            case ROLLBACK_TO -> state().rollbackTo(part.name());
            case SET_TRANSACTION -> state().characteristicsChosen();
            case RESET -> part.resets().forEach(name -> state().changedAtBackend(name, null));
            case RESET_ALL -> state().resetAll();
            case DISCARD_ALL -> {
                if (part.resets().contains("*")) {
                    state().discard();
                }
            }
            default -> {
                // An ordinary statement.
            }
        }
    }

    /**
     * A flight that failed, after which a transaction of our own must not stay open.
     *
     * @param wasOpen whether a transaction was open at the server before
     * @return what the caller is told
     */
    SQLException crashed(Flight flight, boolean wasOpen, SQLException failed) {
        if (flight.wrapped() && !connectionIsClosed() && transactionState() != TransactionState.IDLE) {
            try (Statement rollback = connection.createStatement()) {
                rollback.execute("ROLLBACK");
            } catch (SQLException lost) {
                guard.log("a transaction that failed could not be rolled back", lost);
            }
        }
        boolean ends = flight.steps().stream()
                .map(Step::part)
                .anyMatch(part -> part != null
                        && switch (part.kind()) {
                            case COMMIT, ROLLBACK, PREPARE_TRANSACTION -> true;
                            default -> false;
                        });
        noteEnd();
        // Where no transaction was open and none is, nothing was sent, or it was in a transaction of its own.
        if (transactionState() == TransactionState.IDLE && (wasOpen || ends)) {
            state().rolledBack();
        }
        boolean calls = flight.steps().stream()
                .map(Step::part)
                .anyMatch(part -> part != null && (part.call() || part.kind() == SqlPart.Kind.DO));
        // Where the driver has begun a transaction the server says directly, too, what it does not do.
        if (!wasOpen
                && transactionState() == TransactionState.IDLE
                && calls
                && ENDED_INSIDE.equals(failed.getSQLState())
                && !flight.steps().get(0).isCallers()) {
            SQLException refusal = guard.refusal(
                    SessionFeature.OWN_TRANSACTION,
                    "the procedure ends transactions itself, which it cannot behind the session's settings; nothing of it"
                            + " was done");
            refusal.addSuppressed(failed);
            return refusal;
        }
        return failed;
    }

    /** Statements that went out together have failed; their transaction is rolled back where it was theirs alone. */
    void crashedTogether(boolean ownTransaction) {
        if (ownTransaction && !connectionIsClosed() && transactionState() != TransactionState.IDLE) {
            try (Statement rollback = connection.createStatement()) {
                rollback.execute("ROLLBACK");
            } catch (SQLException lost) {
                guard.log("a transaction that failed could not be rolled back", lost);
            }
        }
        if (ownTransaction && transactionState() == TransactionState.IDLE) {
            state().rolledBack();
        }
    }

    private boolean connectionIsClosed() {
        try {
            return connection.isClosed();
        } catch (SQLException unknown) {
            return true;
        }
    }

    private void noteDefinitions(KnownText text) {
        if (text.sql().definesCode()) {
            definesCode = true;
            guard.catalogueChanged();
            if (transactionState() != TransactionState.IDLE) {
                // Whoever else reads the catalogue meanwhile does not find it there.
                state().hiddenStatePossible(text.names());
            }
        }
        noteEnd();
    }

    /** What a transaction has defined others see from its end on; what it has dropped is there again where it rolled back. */
    private void noteEnd() {
        if (definesCode && transactionState() == TransactionState.IDLE) {
            definesCode = false;
            guard.catalogueChanged();
        }
    }

    /** Knows a text; reads the catalogue again where this program changed it. */
    KnownText know(String sql) throws SQLException {
        if (ownBackend) {
            if (generation > 0) {
                guard.know(sql).features().forEach(this::uses);
            }
            return KnownText.UNWATCHED;
        }
        if (guard.isCatalogueStale() && transactionState() != TransactionState.FAILED) {
            guard.readCatalogue(connection);
        }
        return guard.know(sql);
    }

    /**
     * What the backend has to be told in front of statements that go out together, its values as parameters; null where that
     * is nothing.
     *
     * @param idle whether no transaction is open yet
     */
    @Nullable
    Flight settingsInFront(boolean idle) throws SQLException {
        if (idle && state != null) {
            state().forgetApplied();
        }
        if (ownBackend || isSettled() || transactionState() == TransactionState.FAILED) {
            return null;
        }
        // Within the transaction that is begun in front of it, by the driver or by the flight itself.
        var departure = new FlightPlan.Departure(idle, false, false, driver().hintReadOnly());
        Flight flight = FlightPlan.settingsOnly(state(), cleanup(Set.of()), departure, false, false, true);
        return flight.sql().isEmpty() ? null : flight;
    }

    /**
     * Statements that went out together have all arrived.
     *
     * @param settings what was told in front of them
     * @param id the number of their transaction, where it was asked for
     */
    void landedTogether(@Nullable Flight settings, @Nullable TransactionId id) {
        VirtualState mine = state;
        if (mine == null) {
            return;
        }
        if (settings != null && settings.asks()) {
            mine.answered(id);
        }
        if (transactionState() == TransactionState.IDLE) {
            mine.committed();
        } else if (!ownBackend) {
            if (settings != null) {
                settings.steps().stream()
                        .filter(step -> step.purpose() == Purpose.LASTING)
                        .forEach(step -> mine.lasts(step.names()));
            }
            mine.told();
        }
    }

    /** Tells the backend of the driver's transaction, in a round trip of its own, what the session has set. */
    void tellSeparately() throws SQLException {
        tellSeparately(false, false);
    }

    /**
     * @param mayHideState whether it is told for something that may set more unseen
     * @param forCopy whether it is told for a COPY
     */
    private void tellSeparately(boolean mayHideState, boolean forCopy) throws SQLException {
        if (ownBackend
                || (isSettled() && !mayHideState)
                || transactionState() == TransactionState.FAILED
                || (connection.getAutoCommit() && !isInTransaction())) {
            return;
        }
        if (transactionState() == TransactionState.IDLE) {
            state().forgetApplied();
        }
        Flight flight = FlightPlan.settingsOnly(state(), cleanup(Set.of()), departure(), mayHideState, forCopy, false);
        if (flight.steps().isEmpty()) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(flight.sql());
            follow(flight, Outcome.read(statement, flight, false));
        }
        state().told();
    }

    /**
     * As {@link #withSettings(Work)}, for a description, for which the driver begins no transaction: one that is begun for the
     * settings ends with it.
     */
    <T extends @Nullable Object> T describe(Work<T> work) throws SQLException {
        boolean begins = !ownBackend && !isSettled() && !connection.getAutoCommit() && !isInTransaction();
        try {
            return withSettings(work);
        } finally {
            if (begins && transactionState() != TransactionState.IDLE) {
                rollback();
            }
        }
    }

    /** As {@link #withSettings(boolean, Set, Work)}, for a COPY. */
    <T extends @Nullable Object> T copy(boolean mayHideState, Set<String> names, Work<T> work) throws SQLException {
        return withSettings(mayHideState, names, true, work);
    }

    /** Notes what the backend has for the session, so that it has to be asked for it behind the transaction. */
    private void follow(Flight flight, Outcome outcome) {
        noteAnswer(flight, outcome);
        for (Step step : flight.steps()) {
            if (step.purpose() == Purpose.LASTING) {
                state().lasts(step.names());
            } else if (step.purpose() == Purpose.LASTING_IF_TOLD) {
                state().lasts(outcome.told(step).keySet());
            }
        }
    }

    /**
     * Does what the driver does with statements of its own, so that they find the session's settings: in autocommit in a
     * transaction around it where there are any.
     */
    <T extends @Nullable Object> T withSettings(Work<T> work) throws SQLException {
        return withSettings(false, Set.of(), work);
    }

    /**
     * As {@link #withSettings(Work)}, for what may set something unseen.
     *
     * @param names of custom settings that it may set
     */
    <T extends @Nullable Object> T withSettings(boolean mayHideState, Set<String> names, Work<T> work)
            throws SQLException {
        return withSettings(mayHideState, names, false, work);
    }

    private <T extends @Nullable Object> T withSettings(
            boolean mayHideState, Set<String> names, boolean forCopy, Work<T> work) throws SQLException {
        if (ownBackend || (!mayHideState && isSettled())) {
            return work.run();
        }
        if (!connection.getAutoCommit() || isInTransaction()) {
            tellSeparately(mayHideState, forCopy);
            T result = work.run();
            if (mayHideState) {
                state().hiddenStatePossible(names);
            }
            return result;
        }
        return inOwnTransaction(mayHideState, names, forCopy, work);
    }

    /** Whether the driver's own statements get a transaction around them, because settings have to be told in it. */
    boolean wrapsInAutoCommit() throws SQLException {
        return !ownBackend && !state().isSettled() && connection.getAutoCommit() && !isInTransaction();
    }

    /**
     * Does several things of which all happen or none, as statements do that share a Sync in autocommit. Each is told itself
     * what the session has set.
     */
    <T extends @Nullable Object> T together(Work<T> work) throws SQLException {
        return connection.getAutoCommit() && !isInTransaction() && !ownBackend ? inOwnTransaction(work) : work.run();
    }

    /** Whether the session has set nothing, so that the driver's own way is its way. */
    boolean isUntouched() {
        VirtualState mine = state;
        return isSettled()
                && (mine == null
                        || (mine.session().isEmpty()
                                && !mine.isChangedInTransaction()
                                && !mine.isHiddenStatePossible()));
    }

    /** The driver has sent a text among others that says nothing of the session but of its transactions. */
    void followed(KnownText text) {
        eventful = true;
        text.sql().parts().forEach(part -> follow(part, false, false));
        noteDefinitions(text);
    }

    /** Whether {@link #withSettings(boolean, Set, Work)} begins and commits a transaction for {@code text}. */
    boolean isWrappedInAutoCommit(KnownText text) throws SQLException {
        return !ownBackend
                && (text.mayHideState() || !state().isSettled())
                && connection.getAutoCommit()
                && !isInTransaction();
    }

    private <T extends @Nullable Object> T inOwnTransaction(
            boolean mayHideState, Set<String> names, boolean forCopy, Work<T> work) throws SQLException {
        return inOwnTransaction(() -> {
            tellSeparately(mayHideState, forCopy);
            T result = work.run();
            if (mayHideState) {
                state().hiddenStatePossible(names);
            }
            return result;
        });
    }

    private <T extends @Nullable Object> T inOwnTransaction(Work<T> work) throws SQLException {
        // In autocommit the driver does not enforce it.
        boolean readOnly = connection.isReadOnly();
        if (readOnly) {
            connection.setReadOnly(false);
        }
        connection.setAutoCommit(false);
        boolean done = false;
        try {
            T result = work.run();
            commit();
            done = true;
            return result;
        } finally {
            if (!done) {
                rollback();
            }
            connection.setAutoCommit(true);
            if (readOnly) {
                connection.setReadOnly(true);
            }
        }
    }

    void commit() throws SQLException {
        commit(false);
    }

    /**
     * Commits.
     *
     * @param tellPosition whether the server is asked in the same flush where its log is behind the commit
     * @return the position; null unless asked, and where that was not possible
     */
    @Nullable
    String commit(boolean tellPosition) throws SQLException {
        if (ownBackend) {
            return commitUnnamed(tellPosition);
        }
        String position = null;
        TransactionState before = transactionState();
        if (before == TransactionState.FAILED) {
            throw guard.refusal(
                    SessionFeature.COMMIT_OF_FAILED_TRANSACTION,
                    "a statement of the transaction has failed, so it can only be rolled back");
        }
        VirtualState mine = state;
        try {
            if (mine != null && mine.isHiddenStatePossible() && before == TransactionState.OPEN) {
                endAndClean("COMMIT");
            } else {
                position = commitUnnamed(tellPosition);
            }
        } catch (SQLException failed) {
            if (mine != null && transactionState() == TransactionState.IDLE) {
                // A constraint that was deferred, perhaps: the server has rolled back.
                mine.rolledBack();
            }
            throw failed;
        }
        if (mine != null) {
            mine.committed();
        }
        noteEnd();
        return position;
    }

    /** COMMIT and ROLLBACK go without a name where names can be lost: nothing may keep a transaction from its end. */
    private @Nullable String commitUnnamed(boolean tellPosition) throws SQLException {
        int threshold = NamedExecution.suspend(this);
        try {
            if (tellPosition && transactionState() == TransactionState.OPEN) {
                return LogPosition.commit(connection);
            }
            connection.commit();
            return null;
        } finally {
            NamedExecution.resume(this, threshold);
        }
    }

    private void rollbackUnnamed() throws SQLException {
        int threshold = NamedExecution.suspend(this);
        try {
            connection.rollback();
        } finally {
            NamedExecution.resume(this, threshold);
        }
    }

    private void endAndClean(String end) throws SQLException {
        KnownText text = guard.know(end);
        Flight flight = flight(text, text.sql().parts(), GeneratedKeys.NONE, Set.of(), false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(flight.sql());
            Outcome outcome = Outcome.read(statement, flight, false);
            follow(flight, outcome);
            if (end.equals("COMMIT")) {
                state().committed();
            } else {
                state().rolledBack();
            }
            for (Step step : flight.steps()) {
                if (step.purpose() == Purpose.CAPTURE) {
                    captured(outcome.told(step));
                }
            }
        }
    }

    /** Leaves no transaction open and nothing set: not every pool that can be wrapped resets what it takes back. */
    void leave() throws SQLException {
        Connection before = left;
        if (before != null) {
            left = null;
            before.close();
        }
        if (connection.isClosed()) {
            return;
        }
        VirtualState mine = state;
        boolean autoCommit = connection.getAutoCommit();
        if ((eventful || ownBackend || !autoCommit) && transactionState() != TransactionState.IDLE) {
            if (mine != null && mine.isUnclean() && !ownBackend) {
                endAndClean("ROLLBACK");
            } else {
                rollbackOrLeave();
            }
        }
        noteEnd();
        if (backendUsed && before == null) {
            discard();
        }
        state = null;
        if (before == null && areNamesCarried() && guard.names().isUnconfirmed(driver())) {
            guard.names().confirm(driver(), connection);
        }
    }

    /** A transaction manager (XA) ends its transaction itself, after the program has given the connection back. */
    private void rollbackOrLeave() throws SQLException {
        try {
            rollbackUnnamed();
        } catch (SQLException refused) {
            if (NO_TRANSACTION_OF_JDBC.equals(refused.getSQLState())) {
                // The driver in autocommit: the program began it by a text.
                executeOnDriver("ROLLBACK");
            } else if (connection.isClosed() || transactionState() == TransactionState.IDLE) {
                throw refused;
            } else if (state().isHiddenStatePossible() && transactionState() == TransactionState.OPEN) {
                // Nothing of ours follows the manager's commit: what code has set unseen goes within the transaction.
                executeOnDriver(String.join(";", Cleanup.of(Map.of(), Set.of()).statements()));
            }
        }
    }

    private void executeOnDriver(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** What a session with a context left at a backend of the pool's is not for the next one. */
    private void discard() throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(true);
        try (Statement statement = connection.createStatement()) {
            statement.execute("DISCARD ALL");
        } catch (SQLException dirty) {
            connection.abort(Runnable::run);
            throw dirty;
        }
        connection.setAutoCommit(autoCommit);
    }

    void rollback() throws SQLException {
        VirtualState mine = state;
        if (mine != null
                && mine.isUnclean()
                && !ownBackend
                && !connection.getAutoCommit()
                && transactionState() != TransactionState.IDLE) {
            endAndClean("ROLLBACK");
            noteEnd();
            return;
        }
        rollbackUnnamed();
        if (mine != null) {
            mine.rolledBack();
        }
        noteEnd();
    }

    /** What virtual state a text asks for that a call of the driver's cannot carry. */
    void refuseInCall(KnownText text, String call) throws SQLException {
        for (SessionFeature feature : text.features()) {
            if (guard.treatment(feature) == Treatment.VIRTUALISE
                    && feature != SessionFeature.HIDDEN_SETTING
                    && feature != SessionFeature.COMPUTED_SETTING) {
                throw guard.refusal(feature, "in " + call + ", which the driver sends in one piece");
            }
        }
    }

    /** Something that may fail as JDBC does. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T run() throws SQLException;
    }
}
