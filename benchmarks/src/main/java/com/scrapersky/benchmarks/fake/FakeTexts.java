package com.scrapersky.benchmarks.fake;

/** The texts that the fake server has rows for. */
public final class FakeTexts {

    /** One row by its key. */
    public static final String ONE = "select id, name, email, active, created_at from profiles where id = ?";

    /** A hundred rows. */
    public static final String PAGE =
            "select id, name, email, active, created_at from profiles where id > ? order by id limit 100";

    private FakeTexts() {}
}
