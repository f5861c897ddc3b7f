package com.scrapersky.session.internal.errors;

/** Who tells an error. */
public enum Speaker {
    SUPAVISOR("Supavisor"),
    PGBOUNCER("PgBouncer"),
    ODYSSEY("Odyssey"),
    PGCAT("PgCat"),
    PGDOG("PgDog"),
    POSTGRESQL("PostgreSQL"),
    DRIVER("the driver");

    private final String title;

    Speaker(String title) {
        this.title = title;
    }

    /** Whether it stands between the program and PostgreSQL. */
    public boolean isPooler() {
        return this != POSTGRESQL && this != DRIVER;
    }

    public String title() {
        return title;
    }
}
