package com.scrapersky.session.random;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** What a line of a program is about: what the grammar can be limited to, and what may be refused behind a pooler. */
enum Feature {
    /** Reading and writing rows, and reading settings. */
    DATA(Kind.SOUND),
    /** Transactions and savepoints, by JDBC and by SQL. */
    TRANSACTION(Kind.SOUND),
    /** Statements that fail on purpose. */
    ERROR(Kind.SOUND),
    /** What ends with the transaction: SET LOCAL, SET TRANSACTION, transaction locks. */
    LOCAL_SETTING(Kind.SOUND),
    /** Connection.setReadOnly, which BEGIN carries. */
    READ_ONLY(Kind.SOUND),
    /** What a driver's connection tells by itself. */
    METADATA(Kind.SOUND),

    SCHEMA(Kind.VIRTUAL),
    ISOLATION(Kind.VIRTUAL),
    CLIENT_INFO(Kind.VIRTUAL),
    SETTING(Kind.VIRTUAL),
    TIME_ZONE(Kind.VIRTUAL),
    ROLE(Kind.VIRTUAL),
    CHARACTERISTICS(Kind.VIRTUAL),
    SET_CONFIG(Kind.VIRTUAL),
    DISCARD(Kind.VIRTUAL),
    /** A SET in a function, which its caller's text does not show. */
    FUNCTION(Kind.VIRTUAL),
    DO_BLOCK(Kind.VIRTUAL),
    /** A SET in a trigger, where not even a function is called. */
    TRIGGER(Kind.VIRTUAL),
    /** PreparedStatement.getMetaData(), a named Parse in pgjdbc 42.7.8 to 42.7.14 (issue 3896). */
    STATEMENT_METADATA(Kind.VIRTUAL),
    /** A transaction begun by SQL and left open when the connection is given back. */
    OPEN_TRANSACTION(Kind.VIRTUAL),

    AUTHORIZATION(Kind.NEEDS_SESSION),
    LISTEN(Kind.NEEDS_SESSION),
    ADVISORY_LOCK(Kind.NEEDS_SESSION),
    TEMP_TABLE(Kind.NEEDS_SESSION),
    HOLD(Kind.NEEDS_SESSION),
    SQL_PREPARE(Kind.NEEDS_SESSION),
    CURRVAL(Kind.NEEDS_SESSION),
    SEED(Kind.NEEDS_SESSION),
    /** A library that stays in the server process; nothing shows it. */
    LOAD(Kind.NEEDS_SESSION),
    /** What needs a session, in a function. */
    HIDDEN(Kind.NEEDS_SESSION),
    /** VACUUM, and procedures that commit: they cannot share a transaction with settings that are applied locally. */
    OUTSIDE_TRANSACTION(Kind.NEEDS_SESSION);

    /** What a pool-safe connection has to do. */
    private enum Kind {
        /** Works behind any pooler. */
        SOUND,
        /** Has to be made to work. */
        VIRTUAL,
        /** Has to work, or to be refused. */
        NEEDS_SESSION
    }

    private final Kind kind;

    Feature(Kind kind) {
        this.kind = kind;
    }

    boolean mayBeRefused() {
        return kind == Kind.NEEDS_SESSION;
    }

    boolean isSound() {
        return kind == Kind.SOUND;
    }

    /** Whether programs see by this alone that nothing takes care of it behind a transaction-mode pooler. */
    boolean isSeenUnguarded() {
        return !isSound() && this != DISCARD && this != LOAD && this != OUTSIDE_TRANSACTION;
    }

    static Set<Feature> all() {
        return EnumSet.allOf(Feature.class);
    }

    /** What works behind any pooler, and these. */
    static Set<Feature> soundAnd(Feature... more) {
        Set<Feature> features = Arrays.stream(values())
                .filter(Feature::isSound)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Feature.class)));
        features.addAll(Set.of(more));
        return features;
    }
}
