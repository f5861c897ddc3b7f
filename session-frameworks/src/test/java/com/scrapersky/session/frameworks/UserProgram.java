package com.scrapersky.session.frameworks;

import javax.sql.DataSource;

/** Ordinary code of a framework's user. It has never heard of poolers, nor of Sky Session. */
@FunctionalInterface
public interface UserProgram {

    /** Uses the database, which is empty, and tells what it saw. */
    void run(DataSource dataSource, Transcript transcript) throws Exception;
}
