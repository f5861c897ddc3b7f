package com.scrapersky.session.matrix;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.testkit.PostgresEndpoint;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Where a row's connections come from, where they are not those of a factory with nothing but its URL. */
interface Opening {

    /** What was opened, and how it is closed. */
    record Opened(DataSource dataSource, @Nullable DatabaseSessionFactory sessions, AutoCloseable closing) {}

    /** Connections of the driver's own, straight to the server. */
    Opened direct(PostgresEndpoint server) throws Exception;

    /** Pool-safe ones through a pooler. */
    Opened pooled(PostgresEndpoint pooler) throws Exception;
}
