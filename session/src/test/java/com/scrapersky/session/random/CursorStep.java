package com.scrapersky.session.random;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A result that is read by and by, with other steps in between. */
sealed interface CursorStep extends Step {

    record Open(String slot, String sql, int fetchSize) implements CursorStep {
        @Override
        public String java(String connection) {
            String name = connection + "_" + slot;
            return "Statement " + name + "_s = " + connection + ".createStatement(); " + name + "_s.setFetchSize("
                    + fetchSize + "); ResultSet " + name + " = " + name + "_s.executeQuery(" + Step.literal(sql) + ");";
        }

        @Override
        public void run(Client client) throws SQLException {
            new Close(slot).run(client);
            // Closed by the step Close, or with the connection.
            Statement statement = client.connection().createStatement();
            try {
                statement.setFetchSize(fetchSize);
                client.cursors().put(slot, statement.executeQuery(sql));
            } catch (SQLException failed) {
                statement.close();
                throw failed;
            }
        }
    }

    record Read(String slot, int rows) implements CursorStep {
        @Override
        public String java(String connection) {
            return "for (int i = 0; i < " + rows + " && " + connection + "_" + slot + ".next(); i++) { " + connection
                    + "_" + slot + ".getString(1); }";
        }

        @Override
        public void run(Client client) throws SQLException {
            ResultSet cursor = client.cursors().get(slot);
            client.see(cursor == null ? "no such cursor" : Shown.rows(cursor, rows));
        }
    }

    record Close(String slot) implements CursorStep {
        @Override
        public String java(String connection) {
            return connection + "_" + slot + "_s.close();";
        }

        @Override
        public void run(Client client) throws SQLException {
            ResultSet cursor = client.cursors().remove(slot);
            if (cursor != null) {
                cursor.getStatement().close();
            }
        }
    }
}
