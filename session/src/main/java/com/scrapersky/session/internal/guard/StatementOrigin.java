package com.scrapersky.session.internal.guard;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** How the program made a statement, so that one like it can be made with another text or on another connection. */
interface StatementOrigin {

    Statement make(Connection connection, String sql) throws SQLException;

    /** The generated keys it asks for. */
    default GeneratedKeys keys() {
        return GeneratedKeys.NONE;
    }

    /** The same, asking for generated keys. */
    static StatementOrigin withKeys(GeneratedKeys keys, StatementOrigin origin) {
        return new StatementOrigin() {
            @Override
            public Statement make(Connection connection, String sql) throws SQLException {
                return origin.make(connection, sql);
            }

            @Override
            public GeneratedKeys keys() {
                return keys;
            }
        };
    }
}
