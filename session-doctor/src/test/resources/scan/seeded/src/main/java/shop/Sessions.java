package shop;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/** Everything that a program should not do behind a transaction pooler. SET ROLE in a comment is none of it. */
class Sessions {

    private static final String CHOOSE_TENANT = "select set_config('app.tenant', ?, false)"; // seeded: setting

    void settings(Connection connection, Statement statement, String zone) throws SQLException {
        statement.execute("SET statement_timeout = '5s'"); // seeded: setting
        statement.execute("set time zone '" + zone + "'"); // seeded: setting
        statement.execute("""
                set session characteristics as transaction isolation level serializable
                """); // seeded-above: transaction-defaults 2
        statement.execute("SET ROLE app_reader"); // seeded: role
        statement.execute("DISCARD ALL"); // seeded: discard
        statement.execute("select set_config(name, value, false) from preferences"); // seeded: computed-setting
        statement.execute("DO $$ BEGIN EXECUTE 'SET app.' || 'x = 7'; END $$"); // seeded: hidden-setting
        connection.setSchema("tenant_1"); // seeded: set-schema
        connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE); // seeded: transaction-isolation
        connection.setReadOnly(true); // seeded: read-only
        connection.setClientInfo("ApplicationName", "report"); // seeded: client-info
    }

    void needsABackend(Connection connection, Statement statement) throws SQLException {
        statement.execute("LISTEN jobs"); // seeded: notification
        connection.unwrap(PGConnection.class).getNotifications(1000); // seeded: notifications-call
        statement.executeQuery("select pg_try_advisory_lock(42)"); // seeded: advisory-lock
        statement.execute("create temp table basket (id int)"); // seeded: temporary-object
        statement.execute("declare c cursor with hold for select 1"); // seeded: holdable-cursor
        statement.execute("PREPARE find AS SELECT 1"); // seeded: prepared-statement
        statement.execute("LOAD 'auto_explain'"); // seeded: library
        statement.executeQuery("select currval('job_id_seq')"); // seeded: sequence-state
        statement.executeQuery("select setseed(0.5)"); // seeded: random-seed
        statement.executeQuery("select dblink_connect('other', 'dbname=other')"); // seeded: extension-state
        statement.execute("vacuum job"); // seeded: own-transaction
    }

    void commitsAFailedTransaction(Connection connection, Statement statement) throws SQLException {
        try {
            statement.execute("insert into job values (1)");
        } catch (SQLException duplicate) {
            System.out.println("it is there already");
        }
        connection.commit(); // seeded: commit-of-failed-transaction
    }
}
