package com.scrapersky.session.random;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import org.jspecify.annotations.Nullable;

/** A call of {@link Connection}. */
sealed interface ConnectionStep extends Step {

    record SetAutoCommit(boolean on) implements ConnectionStep {
        @Override
        public String java(String connection) {
            return connection + ".setAutoCommit(" + on + ");";
        }

        @Override
        public void run(Client client) throws SQLException {
            client.connection().setAutoCommit(on);
        }
    }

    record Commit() implements ConnectionStep {
        @Override
        public String java(String connection) {
            return connection + ".commit();";
        }

        @Override
        public void run(Client client) throws SQLException {
            client.connection().commit();
        }
    }

    record Rollback() implements ConnectionStep {
        @Override
        public String java(String connection) {
            return connection + ".rollback();";
        }

        @Override
        public void run(Client client) throws SQLException {
            client.connection().rollback();
        }
    }

    /** @param name {@code null} for one without a name */
    record SetSavepoint(String slot, @Nullable String name) implements ConnectionStep {
        @Override
        public String java(String connection) {
            return "Savepoint " + connection + "_" + slot + " = " + connection + ".setSavepoint("
                    + (name == null ? "" : Step.literal(name)) + ");";
        }

        @Override
        public void run(Client client) throws SQLException {
            Connection connection = client.connection();
            client.savepoints().put(slot, name == null ? connection.setSavepoint() : connection.setSavepoint(name));
        }
    }

    record RollbackTo(String slot) implements ConnectionStep {
        @Override
        public String java(String connection) {
            return connection + ".rollback(" + connection + "_" + slot + ");";
        }

        @Override
        public void run(Client client) throws SQLException {
            Savepoint savepoint = client.savepoints().get(slot);
            if (savepoint == null) {
                client.see("no such savepoint");
            } else {
                client.connection().rollback(savepoint);
            }
        }
    }

    record Release(String slot) implements ConnectionStep {
        @Override
        public String java(String connection) {
            return connection + ".releaseSavepoint(" + connection + "_" + slot + ");";
        }

        @Override
        public void run(Client client) throws SQLException {
            Savepoint savepoint = client.savepoints().get(slot);
            if (savepoint == null) {
                client.see("no such savepoint");
            } else {
                client.connection().releaseSavepoint(savepoint);
            }
        }
    }

    record SetIsolation(int level) implements ConnectionStep {
        @Override
        public String java(String connection) {
            return connection + ".setTransactionIsolation(Connection." + name() + ");";
        }

        private String name() {
            return switch (level) {
                case Connection.TRANSACTION_READ_UNCOMMITTED -> "TRANSACTION_READ_UNCOMMITTED";
                case Connection.TRANSACTION_READ_COMMITTED -> "TRANSACTION_READ_COMMITTED";
                case Connection.TRANSACTION_REPEATABLE_READ -> "TRANSACTION_REPEATABLE_READ";
                case Connection.TRANSACTION_SERIALIZABLE -> "TRANSACTION_SERIALIZABLE";
                default -> throw new IllegalStateException("no isolation level " + level);
            };
        }

        @Override
        public void run(Client client) throws SQLException {
            client.connection().setTransactionIsolation(level);
        }
    }

    record GetIsolation() implements ConnectionStep {
        @Override
        public String java(String connection) {
            return connection + ".getTransactionIsolation();";
        }

        @Override
        public void run(Client client) throws SQLException {
            client.see("isolation " + client.connection().getTransactionIsolation());
        }
    }

    record SetReadOnly(boolean on) implements ConnectionStep {
        @Override
        public String java(String connection) {
            return connection + ".setReadOnly(" + on + ");";
        }

        @Override
        public void run(Client client) throws SQLException {
            client.connection().setReadOnly(on);
        }
    }

    record SetSchema(String schema) implements ConnectionStep {
        @Override
        public String java(String connection) {
            return connection + ".setSchema(" + Step.literal(schema) + ");";
        }

        @Override
        public void run(Client client) throws SQLException {
            client.connection().setSchema(schema);
        }
    }

    /**
     * Asks for the schema, in a transaction after a statement: pgjdbc's question begins the transaction, and a wrapper that
     * knows the answer sends none (see {@link KnownDifferences}).
     */
    record GetSchema() implements ConnectionStep {
        @Override
        public String java(String connection) {
            return "if (!" + connection + ".getAutoCommit()) { " + connection
                    + ".createStatement().execute(\"select 1\"); } " + connection + ".getSchema();";
        }

        @Override
        public void run(Client client) throws SQLException {
            Connection connection = client.connection();
            if (!connection.getAutoCommit()) {
                try (var statement = connection.createStatement()) {
                    statement.execute("select 1");
                }
            }
            client.see("schema " + connection.getSchema());
        }
    }

    record SetClientInfo(String name, String value) implements ConnectionStep {
        @Override
        public String java(String connection) {
            return connection + ".setClientInfo(" + Step.literal(name) + ", " + Step.literal(value) + ");";
        }

        @Override
        public void run(Client client) throws SQLException {
            client.connection().setClientInfo(name, value);
        }
    }

    record GetClientInfo(String name) implements ConnectionStep {
        @Override
        public String java(String connection) {
            return connection + ".getClientInfo(" + Step.literal(name) + ");";
        }

        @Override
        public void run(Client client) throws SQLException {
            client.see("client info " + client.connection().getClientInfo(name));
        }
    }

    record IsValid() implements ConnectionStep {
        @Override
        public String java(String connection) {
            return connection + ".isValid(5);";
        }

        @Override
        public void run(Client client) throws SQLException {
            client.see("valid " + client.connection().isValid(5));
        }
    }

    /** Gives the connection back as it is, and borrows one. */
    record Reborrow() implements ConnectionStep {
        @Override
        public String java(String connection) {
            return connection + ".close(); " + connection + " = dataSource.getConnection();";
        }

        @Override
        public void run(Client client) throws SQLException {
            client.giveBack();
            client.borrow();
        }
    }
}
