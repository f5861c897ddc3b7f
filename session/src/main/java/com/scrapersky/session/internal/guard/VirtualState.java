package com.scrapersky.session.internal.guard;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a session believes it has set, and what the backend of its open transaction has been told of it. Follows the
 * transaction as the server would: what was set in a transaction that rolls back was never set, savepoints too.
 *
 * <p>Not thread-safe: a connection belongs to one thread at a time.
 */
final class VirtualState {

    /** What a savepoint goes back to. */
    private record Mark(Object key, Settings session, Settings applied) {}

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
    private Set<String> hiddenNames = Set.of();

    VirtualState(Settings defaults, Settings startup) {
        this.defaults = defaults;
        this.startup = startup;
        this.session = defaults;
    }

    /** Whether the backend, as far as the session is concerned, is as the session wants it. */
    boolean isSettled() {
        return session == applied;
    }

    Settings session() {
        return session;
    }

    Settings applied() {
        return applied;
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

    /** The backend of the open transaction has been told everything. */
    void told() {
        applied = session;
    }

    /** Nothing is known to the backend: no transaction is open. */
    void forgetApplied() {
        applied = Settings.NONE;
    }

    /** All settings of the open transaction were put back to the server's defaults. */
    void serverDefaultsApplied() {
        applied = Settings.NONE;
    }

    /** Changes what the session wants; undone with the transaction if it is part of one. */
    void change(Settings wanted, boolean partOfTransaction) {
        if (partOfTransaction && atBegin == null) {
            atBegin = session;
        }
        session = wanted;
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

    /** Names of custom settings that such code may have set. */
    Set<String> hiddenNames() {
        return hiddenNames;
    }

    boolean isHiddenStatePossible() {
        return hiddenStatePossible;
    }

    void savepoint(Object key) {
        List<Mark> more = new ArrayList<>(marks);
        more.add(new Mark(key, session, applied));
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
            marks = new ArrayList<>(marks.subList(0, at + 1));
        }
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
        ended();
    }

    private void ended() {
        applied = Settings.NONE;
        atBegin = null;
        begun = false;
        characteristicsChosen = false;
        hiddenStatePossible = false;
        hiddenNames = Set.of();
        if (!marks.isEmpty()) {
            marks = List.of();
        }
    }

    /** DISCARD ALL. */
    void discard() {
        session = defaults;
        ended();
    }
}
