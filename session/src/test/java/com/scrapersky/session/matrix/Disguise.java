package com.scrapersky.session.matrix;

/** In what form, and where in a program, something comes that touches the session. */
enum Disguise {
    PLAIN("plain"),
    COMMENTED("among comments"),
    MIXED_CASE("mixed case"),
    SEVERAL("in a text of several statements"),
    PREPARED("in a prepared statement"),
    COMMITTED("first in a transaction that commits"),
    ROLLED_BACK("first in a transaction that rolls back"),
    AMIDST("in the middle of a transaction"),
    SAVEPOINT("after a savepoint that is rolled back"),
    FUNCTION("in a function"),
    DO_BLOCK("in a DO block"),
    TRIGGER("in a trigger"),
    QUOTED("in quotes, as no code"),
    OTHER("otherwise");

    private final String title;

    Disguise(String title) {
        this.title = title;
    }

    /** As the documentation names it. */
    String title() {
        return title;
    }
}
