package com.scrapersky.session.testkit;

/** The kinds of things that a backend carries from one client of a pooler to the next. */
public enum LeakKind {
    SETTING("setting", "set it for one transaction: SET LOCAL, or set_config(name, value, true)"),
    CUSTOM_SETTING("custom setting", "set it for one transaction: SET LOCAL, or set_config(name, value, true)"),
    ROLE("role", "set it for one transaction: SET LOCAL ROLE, or set_config('role', name, true)"),
    PREPARED_STATEMENT("prepared statement", "use unnamed statements; pgjdbc: prepareThreshold=0"),
    CURSOR("WITH HOLD cursor", "read it inside its transaction, without WITH HOLD"),
    TEMPORARY_OBJECT("temporary object", "create temp table … on commit drop, or drop it in the same transaction"),
    ADVISORY_LOCK("session advisory lock", "pg_advisory_xact_lock"),
    LISTEN("channel listened to", "listen on a direct or session-mode connection"),
    SEQUENCE(
            "sequence state", "insert … returning, or nextval, in place of currval and lastval in a later transaction"),
    OPEN_TRANSACTION("open transaction", "commit or roll back before the connection is given back");

    private final String words;
    private final String remedy;

    LeakKind(String words, String remedy) {
        this.words = words;
        this.remedy = remedy;
    }

    /** What it is, for a message. */
    public String words() {
        return words;
    }

    /** What to do instead. */
    public String remedy() {
        return remedy;
    }
}
