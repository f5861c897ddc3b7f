package com.scrapersky.session.internal.guard;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Something that may fail as JDBC does. */
@FunctionalInterface
interface JdbcWork<T extends @Nullable Object> {
    T run() throws SQLException;
}
