package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.sql.SequenceTexts.Draw;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;

/**
 * What a session believes it has set, and what the backend of its open transaction has been told of it. Follows the
 * transaction as the server would: what was set in a transaction that rolls back was never set, savepoints too.
 *
 * <p>Not thread-safe: a connection belongs to one thread at a time.
 */
// Over 400 lines, because it follows all that a transaction may do to a session: one state, of which each change
// touches the rest.
final class VirtualState {

    /** What a savepoint goes back to. */
    private record Mark(Object key, Settings session, Settings applied, Set<String> lasting, List<Draw> drawn) {}

    private final Settings defaults;
    private final Settings startup;
    private Settings session;

    /** What the backend knows until its transaction ends; nothing outside of one. */
    private Settings applied = Settings.NONE;

    /** What a rollback goes back to, where the transaction changed anything. */
    private @Nullable Settings atBegin;

    private List<Mark> marks = List.of();
    private boolean begun;
    private boolean characteristicsChosen;
    private boolean hiddenStatePossible;
    private boolean reset;

    /** Whether the backend still has for the session what a transaction left to which the open one is chained. */
    private boolean unclean;

    /** Whether the open transaction changed what the catalogue says about functions and triggers. */
    private boolean definesCode;

    /** Whether the pooler has ceased to answer, so that the connection was closed. */
    private boolean givenUp;

    private Set<String> hiddenNames = Set.of();

    /** What the backend of the open transaction was told for the session: behind the transaction it is asked what became of it. */
    private Set<String> lasting = Set.of();

    private List<Draw> drawn = List.of();

    /** What each transaction is asked first, or null. */
    private @Nullable String wantedQuestion;

    /** The same, as long as the transaction has not been asked. */
    private @Nullable String question;

    private @Nullable TransactionId transactionId;

    /** What the pooler set on the backends for this client. */
    private @Nullable Map<String, String> tracked;

    VirtualState(Settings defaults, Settings startup) {
        this.defaults = defaults;
        this.startup = startup;
        this.session = defaults;
    }

    @Nullable
    Map<String, String> tracked() {
        return tracked;
    }

    void giveUp() {
        givenUp = true;
    }

    boolean isGivenUp() {
        return givenUp;
    }

    /** @param agreed what the pooler sets for this client; null where that is not known any more */
    void track(@Nullable Map<String, String> agreed) {
        tracked = agreed;
    }

    /** Whether the backend, as far as the session is concerned, is as the session wants it. */
    boolean isSettled() {
        return session == applied && question == null;
    }

    Settings session() {
        return session;
    }

    Settings applied() {
        return applied;
    }

    /** The session's value of a setting, or null where the backend of the open transaction reports what it is. */
    @Nullable
    String untold(String name, TransactionState transaction) {
        if (transaction == TransactionState.IDLE) {
            return session.get(name);
        }
        Settings wanted = session;
        Settings told = applied;
        if (transaction == TransactionState.FAILED) {
            // The server has undone already what was set since the last savepoint.
            Mark mark = marks.isEmpty() ? null : marks.get(marks.size() - 1);
            wanted = mark != null ? mark.session() : atBegin != null ? atBegin : session;
            told = mark != null ? mark.applied() : Settings.NONE;
        }
        String value = wanted.get(name);
        return Objects.equals(value, told.get(name)) ? null : value;
    }

    Settings defaults() {
        return defaults;
    }

    /** What RESET makes of a setting, or null where that is the server's own affair. */
    @Nullable
    String resetValue(String name) {
        String standard = defaults.get(name);
        return standard == null ? startup.get(name) : standard;
    }

    Settings startup() {
        return startup;
    }

    /** Each transaction is asked this with the first statement that takes a snapshot. */
    void askFirst(String text) {
        wantedQuestion = text;
        question = text;
    }

    /** What the open transaction is to be asked first; null where there is nothing, or it was. */
    @Nullable
    String question() {
        return question;
    }

    /** @param id the number of the transaction, where that was the question */
    void answered(@Nullable TransactionId id) {
        transactionId = id;
        question = null;
    }

    /** The number of the open transaction, where it was asked. */
    @Nullable
    TransactionId transactionId() {
        return transactionId;
    }

    /** The backend of the open transaction has been told everything. */
    void told() {
        applied = session;
    }

    /** Nothing is known to the backend: no transaction is open. */
    void forgetApplied() {
        applied = Settings.NONE;
    }

    /** RESET ALL in the open transaction. */
    void resetAll() {
        change(session.rolesOf(defaults), true);
        applied = applied.rolesOf(Settings.NONE);
        hiddenStatePossible = true;
        reset = true;
    }

    /** Whether the open transaction has executed RESET ALL. */
    boolean isReset() {
        return reset;
    }

    /** Changes what the session wants; undone with the transaction if it is part of one. */
    void change(Settings wanted, boolean partOfTransaction) {
        if (partOfTransaction && atBegin == null) {
            atBegin = session;
        }
        session = wanted;
        searchPathMayChange();
    }

    /** As {@link #change}, for what the backend of the open transaction knows already. */
    void changedAtBackend(String name, @Nullable String value) {
        if (atBegin == null) {
            atBegin = session;
        }
        boolean settled = session == applied;
        session = value == null ? session.without(name, defaults) : session.with(name, value);
        if (settled) {
            applied = session;
        } else if (value == null) {
            applied = applied.without(name, Settings.NONE);
        } else {
            applied = applied.with(name, value);
        }
    }

    /** A transaction that the driver would have begun by a call which sends nothing here. */
    void begin() {
        begun = true;
    }

    boolean isBegun() {
        return begun;
    }

    /** Whether the open transaction changed anything for the session. */
    boolean isChangedInTransaction() {
        return atBegin != null;
    }

    /** The program itself chose isolation or access mode for the open transaction. */
    void characteristicsChosen() {
        characteristicsChosen = true;
    }

    boolean areCharacteristicsChosen() {
        return characteristicsChosen;
    }

    /** Code ran in the transaction that may have set something which no text shows, {@code names} perhaps. */
    void hiddenStatePossible(Set<String> names) {
        hiddenStatePossible = true;
        if (!names.isEmpty()) {
            hiddenNames = new LinkedHashSet<>(hiddenNames);
            hiddenNames.addAll(names);
        }
    }

    /** The open transaction has changed what the catalogue says about functions and triggers. */
    void codeDefined() {
        definesCode = true;
    }

    boolean definesCode() {
        return definesCode;
    }

    /** The transaction that defined code is over. */
    void codeSeen() {
        definesCode = false;
    }

    /** A statement of the open transaction draws numbers from sequences, or fails. */
    void drew(List<Draw> draws) {
        if (!drawn.containsAll(draws)) {
            Set<Draw> more = new LinkedHashSet<>(drawn);
            more.addAll(draws);
            drawn = List.copyOf(more);
        }
    }

    List<Draw> drawn() {
        return drawn;
    }

    /** Names without a schema may mean something else from now on. */
    void searchPathMayChange() {
        if (!drawn.isEmpty()) {
            drawn = drawn.stream().filter(Draw::isQualified).toList();
        }
    }

    /** The open transaction is chained to one that was cleaned in it only: should it roll back, that is undone. */
    void chained() {
        unclean = true;
        hiddenStatePossible = true;
    }

    boolean isUnclean() {
        return unclean;
    }

    /** Names of custom settings that such code may have set. */
    Set<String> hiddenNames() {
        return hiddenNames;
    }

    boolean isHiddenStatePossible() {
        return hiddenStatePossible;
    }

    void savepoint(Object key) {
        List<Mark> more = new ArrayList<>(marks);
        more.add(new Mark(key, session, applied, lasting, drawn));
        marks = more;
    }

    void rollbackTo(Object key) {
        int at = find(key);
        if (at >= 0) {
            Mark mark = marks.get(at);
            if (atBegin == null) {
                atBegin = session;
            }
            session = mark.session();
            applied = mark.applied();
            lasting = mark.lasting();
            // Numbers stay drawn, but the statement that failed may have drawn none.
            drawn = mark.drawn();
            searchPathMayChange();
            marks = new ArrayList<>(marks.subList(0, at + 1));
        }
    }

    /** What the session wanted at a savepoint. */
    Settings sessionAt(Object savepoint) {
        int at = find(savepoint);
        return at < 0 ? session : marks.get(at).session();
    }

    /** What the backend knew at a savepoint. */
    Settings appliedAt(Object savepoint) {
        int at = find(savepoint);
        return at < 0 ? applied : marks.get(at).applied();
    }

    /** What the backend had for the session at a savepoint. */
    Set<String> lastingAt(Object savepoint) {
        int at = find(savepoint);
        return at < 0 ? lasting : marks.get(at).lasting();
    }

    Set<String> lasting() {
        return lasting;
    }

    void lasts(Collection<String> names) {
        if (!names.isEmpty()) {
            lasting = new LinkedHashSet<>(lasting);
            lasting.addAll(names);
        }
    }

    /** Takes over what the backend had for the session behind the transaction that was cleaned. */
    void captured(Map<String, @Nullable String> found) {
        for (String name : lasting) {
            if (!found.containsKey(name)) {
                // A custom setting that was ever set is there, and empty.
                session = name.indexOf('.') < 0 || defaults.get(name) != null
                        ? session.without(name, defaults)
                        : session.with(name, "");
            }
        }
        for (Map.Entry<String, @Nullable String> setting : found.entrySet()) {
            String value = setting.getValue();
            if (value != null) {
                session = session.with(setting.getKey(), value);
            }
        }
        lasting = Set.of();
    }

    void release(Object key) {
        int at = find(key);
        if (at >= 0) {
            marks = new ArrayList<>(marks.subList(0, at));
        }
    }

    private int find(Object key) {
        for (int i = marks.size() - 1; i >= 0; i--) {
            if (marks.get(i).key().equals(key)) {
                return i;
            }
        }
        return -1;
    }

    void committed() {
        ended();
    }

    void rolledBack() {
        Settings before = atBegin;
        if (before != null) {
            session = before;
        }
        lasting = Set.of();
        ended();
    }

    private void ended() {
        applied = Settings.NONE;
        atBegin = null;
        begun = false;
        characteristicsChosen = false;
        hiddenStatePossible = false;
        reset = false;
        unclean = false;
        hiddenNames = Set.of();
        drawn = List.of();
        transactionId = null;
        question = wantedQuestion;
        if (!marks.isEmpty()) {
            marks = List.of();
        }
    }

    /** DISCARD ALL. */
    void discard() {
        session = defaults;
        lasting = Set.of();
        ended();
    }
}
