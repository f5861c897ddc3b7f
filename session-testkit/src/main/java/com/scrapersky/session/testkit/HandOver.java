package com.scrapersky.session.testkit;

/** Which of its idle backends a {@link TransactionPooler} gives to a client for the next transaction. */
public enum HandOver {

    /**
     * Never the one that this client had last; among the others the one that has rested longest. The pool is filled before a
     * backend is used a second time. To keep this promise under any load without making a client wait, the pooler opens one
     * backend more than its pool size; no more than the pool size are in use at once.
     */
    ALWAYS_OTHER,

    /**
     * The one that has rested longest, and another one than last time where there is a choice; the same one again when all
     * others are busy. Opens no more backends than the pool size. PgBouncer does this with
     * {@link PgBouncerLab.Builder#roundRobin()}.
     */
    LONGEST_IDLE,

    /**
     * The one that came back last, as Supavisor and PgBouncer do by default: a quiet client meets the same backend again and
     * again, which is why tests against real poolers find so little.
     */
    LAST_RELEASED
}
