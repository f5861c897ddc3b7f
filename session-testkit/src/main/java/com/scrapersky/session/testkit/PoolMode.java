package com.scrapersky.session.testkit;

/** For how long a pooler gives a client the same backend. */
public enum PoolMode {
    /** For one transaction; a statement in autocommit is one. */
    TRANSACTION,

    /** For as long as the client stays connected. */
    SESSION
}
