package com.scrapersky.session.random;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

/** What a program gets from the driver's own interfaces, and from the metadata. */
sealed interface DriverStep extends Step {

    record CopyIn(String table, String rows) implements DriverStep {
        @Override
        public String java(String connection) {
            return connection + ".unwrap(PGConnection.class).getCopyAPI().copyIn(" + Step.literal(text())
                    + ", new StringReader(" + Step.literal(rows) + "));";
        }

        private String text() {
            return "copy " + table + " (code, n) from stdin";
        }

        @Override
        public void run(Client client) throws SQLException {
            try {
                client.see("copied "
                        + client.connection()
                                .unwrap(PGConnection.class)
                                .getCopyAPI()
                                .copyIn(text(), new StringReader(rows)));
            } catch (IOException failed) {
                throw new SQLException(failed);
            }
        }
    }

    record CopyOut(String query) implements DriverStep {
        @Override
        public String java(String connection) {
            return connection + ".unwrap(PGConnection.class).getCopyAPI().copyOut(" + Step.literal(text())
                    + ", new StringWriter());";
        }

        private String text() {
            return "copy (" + query + ") to stdout";
        }

        @Override
        public void run(Client client) throws SQLException {
            StringWriter rows = new StringWriter();
            try {
                client.connection().unwrap(PGConnection.class).getCopyAPI().copyOut(text(), rows);
            } catch (IOException failed) {
                throw new SQLException(failed);
            }
            client.see("copied " + rows.toString().replace("\n", "\\n"));
        }
    }

    /** The notifications that are there. Which server process sent them is not shown: it is another one each time. */
    record Notifications() implements DriverStep {
        @Override
        public String java(String connection) {
            return connection + ".unwrap(PGConnection.class).getNotifications();";
        }

        @Override
        public void run(Client client) throws SQLException {
            PGNotification[] arrived =
                    client.connection().unwrap(PGConnection.class).getNotifications();
            StringBuilder text = new StringBuilder("notifications");
            if (arrived != null) {
                for (PGNotification notification : arrived) {
                    text.append(' ').append(notification.getName()).append(':').append(notification.getParameter());
                }
            }
            client.see(text.toString());
        }
    }

    /** Whether what hangs together says so. */
    record Identity() implements DriverStep {
        @Override
        public String java(String connection) {
            return "try (Statement s = " + connection
                    + ".createStatement(); ResultSet r = s.executeQuery(\"select 1\"))"
                    + " { s.getConnection() == " + connection + "; r.getStatement() == s; " + connection
                    + ".getMetaData().getConnection() == " + connection + "; }";
        }

        @Override
        public void run(Client client) throws SQLException {
            Connection connection = client.connection();
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select 1")) {
                client.see("own " + (statement.getConnection() == connection)
                        + (rows.getStatement() == statement)
                        + (connection.getMetaData().getConnection() == connection));
            }
        }
    }

    record Tables(String schema) implements DriverStep {
        @Override
        public String java(String connection) {
            return connection + ".getMetaData().getPrimaryKeys(null, " + Step.literal(schema) + ", \"item\");";
        }

        @Override
        public void run(Client client) throws SQLException {
            DatabaseMetaData metaData = client.connection().getMetaData();
            try (ResultSet keys = metaData.getPrimaryKeys(null, schema, "item")) {
                while (keys.next()) {
                    client.see("key " + keys.getString("TABLE_SCHEM") + "." + keys.getString("COLUMN_NAME"));
                }
            }
        }
    }

    /** A large object that is gone at the end; its number is not shown, it is another one each time. */
    record WholeLargeObject() implements DriverStep {
        @Override
        public String java(String connection) {
            return "LargeObjectManager m = " + connection + ".unwrap(PGConnection.class).getLargeObjectAPI(); long id ="
                    + " m.createLO(); try (LargeObject o = m.open(id)) { o.write(new byte[] {1, 2}); o.seek(0); o.read(2); }"
                    + " m.delete(id);";
        }

        @Override
        public void run(Client client) throws SQLException {
            LargeObjectManager objects =
                    client.connection().unwrap(PGConnection.class).getLargeObjectAPI();
            long id = objects.createLO();
            try (LargeObject object = objects.open(id)) {
                object.write(new byte[] {1, 2});
                object.seek(0);
                client.see("large object " + Arrays.toString(object.read(2)));
            }
            objects.delete(id);
        }
    }

    /** A random number after its seed: one step, for without the seed it would be another number each time. */
    record Seeded() implements DriverStep {
        @Override
        public String java(String connection) {
            return "try (Statement s = " + connection
                    + ".createStatement()) { s.execute(\"select setseed(0.5)\"); s.executeQuery(\"select random()\"); }";
        }

        @Override
        public void run(Client client) throws SQLException {
            try (Statement statement = client.connection().createStatement()) {
                statement.execute("select setseed(0.5)");
                try (ResultSet rows = statement.executeQuery("select random()")) {
                    client.see(Shown.rows(rows));
                }
            }
        }
    }
}
