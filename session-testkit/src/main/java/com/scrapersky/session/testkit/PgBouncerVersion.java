package com.scrapersky.session.testkit;

import com.scrapersky.session.testkit.internal.binaries.PoolerBinaries;

/** The versions of PgBouncer that the testkit knows: the last ones on either side of a change that clients feel. */
public enum PgBouncerVersion {
    /** Debian 12's. It does not translate named prepared statements. */
    V1_18("1.18", PoolerBinaries.PGBOUNCER_1_18),

    /** It carries named prepared statements over to any backend: {@code max_prepared_statements} is 200. */
    V1_26("1.26", PoolerBinaries.PGBOUNCER_1_26);

    private final String number;
    private final PoolerBinaries binaries;

    PgBouncerVersion(String number, PoolerBinaries binaries) {
        this.number = number;
        this.binaries = binaries;
    }

    /** Major and minor version, such as {@code 1.26}. */
    public String number() {
        return number;
    }

    PoolerBinaries binaries() {
        return binaries;
    }
}
