package com.scrapersky.session.internal.errors;

/** What an error says about the statement that it answers, whatever was going on around it. */
public enum Meaning {
    /** A pooler had it and gave it to no server; the next attempt may go through at once. */
    NOT_FORWARDED("nothing was executed; repeat it"),
    /** The same, but there is no room or nobody there for a while. */
    WAIT("nothing was executed; repeat it after a pause"),
    /** Nothing works before something is set otherwise. */
    CONFIGURATION("nothing was executed; something has to be set otherwise"),
    /** Whoever tells it had waited for the client's next word, so it took nothing of that word. */
    ENDED_BEFORE("the connection ended while nothing was running; its transaction is rolled back"),
    /** The connection is gone, and whatever was under way with it. */
    CONNECTION_LOST("unknown outside a transaction and in COMMIT; else rolled back"),
    /** The server rolled the transaction back, and says that another attempt may succeed. */
    ROLLED_BACK("rolled back; repeat the whole transaction"),
    /** Another transaction is in the way. */
    LOCKED("had no effect; may be repeated later"),
    /** Somebody or a timeout ended the statement. */
    CANCELLED("had no effect; would likely take as long again"),
    /** A constraint forbids it. */
    CONSTRAINT("had no effect; would fail again"),
    /** The statement is wrong, or does not fit what is there. */
    REJECTED("had no effect; would fail again");

    private final String consequence;

    Meaning(String consequence) {
        this.consequence = consequence;
    }

    /** In a few words, for the page. */
    public String consequence() {
        return consequence;
    }
}
