package com.scrapersky.session.random;

import java.sql.BatchUpdateException;
import java.sql.CallableStatement;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import java.util.stream.Collectors;

/** What is done with a {@link PreparedStatement} that lives for several steps, under the name of a slot. */
sealed interface PreparedStep extends Step {

    record Prepare(String slot, String sql, boolean generatedKeys) implements PreparedStep {
        @Override
        public String java(String connection) {
            return "PreparedStatement " + connection + "_" + slot + " = " + connection + ".prepareStatement("
                    + Step.literal(sql) + (generatedKeys ? ", RETURN_GENERATED_KEYS" : "") + ");";
        }

        @Override
        public void run(Client client) throws SQLException {
            PreparedStatement former = client.prepared().remove(slot);
            if (former != null) {
                former.close();
            }
            client.prepared()
                    .put(
                            slot,
                            generatedKeys
                                    ? client.connection().prepareStatement(sql, Statement.RETURN_GENERATED_KEYS)
                                    : client.connection().prepareStatement(sql));
        }
    }

    /** @param value an Integer, a Boolean or a String */
    record Bind(String slot, int index, Object value) implements PreparedStep {
        @Override
        public String java(String connection) {
            return binding(connection + "_" + slot, index, value);
        }

        @Override
        public void run(Client client) throws SQLException {
            PreparedStatement statement = client.prepared().get(slot);
            if (statement == null) {
                client.see("no such statement");
            } else {
                bind(statement, index, value);
            }
        }
    }

    /** Executes with the values that are bound. */
    record Run(String slot, boolean generatedKeys) implements PreparedStep {
        @Override
        public String java(String connection) {
            return connection + "_" + slot + ".execute();"
                    + (generatedKeys ? " " + connection + "_" + slot + ".getGeneratedKeys();" : "");
        }

        @Override
        public void run(Client client) throws SQLException {
            PreparedStatement statement = client.prepared().get(slot);
            if (statement == null) {
                client.see("no such statement");
                return;
            }
            boolean isRows = statement.execute();
            if (generatedKeys) {
                client.see(Shown.keys(statement.getGeneratedKeys()));
            }
            client.see(Shown.results(statement, isRows));
        }
    }

    /** A batch: each row binds all parameters. */
    record RunBatch(String slot, List<List<Object>> rows) implements PreparedStep {
        @Override
        public String java(String connection) {
            String statement = connection + "_" + slot;
            StringBuilder java = new StringBuilder();
            for (List<Object> row : rows) {
                for (int i = 0; i < row.size(); i++) {
                    java.append(binding(statement, i + 1, row.get(i))).append(' ');
                }
                java.append(statement).append(".addBatch(); ");
            }
            return java.append(statement).append(".executeBatch();").toString();
        }

        @Override
        public void run(Client client) throws SQLException {
            PreparedStatement statement = client.prepared().get(slot);
            if (statement == null) {
                client.see("no such statement");
                return;
            }
            try {
                for (List<Object> row : rows) {
                    for (int i = 0; i < row.size(); i++) {
                        bind(statement, i + 1, row.get(i));
                    }
                    statement.addBatch();
                }
                client.see(Shown.counts(statement.executeBatch()));
            } catch (BatchUpdateException failed) {
                client.see(Shown.counts(failed.getUpdateCounts()));
                throw failed;
            } finally {
                statement.clearBatch();
            }
        }
    }

    /** The columns of the result, before or after an execution. */
    record Describe(String slot) implements PreparedStep {
        @Override
        public String java(String connection) {
            return connection + "_" + slot + ".getMetaData();";
        }

        @Override
        public void run(Client client) throws SQLException {
            PreparedStatement statement = client.prepared().get(slot);
            if (statement == null) {
                client.see("no such statement");
                return;
            }
            client.beSureOfTransaction();
            ResultSetMetaData columns = statement.getMetaData();
            if (columns == null) {
                client.see("no result");
                return;
            }
            StringBuilder text = new StringBuilder("columns");
            for (int column = 1; column <= columns.getColumnCount(); column++) {
                text.append(' ').append(columns.getColumnLabel(column)).append(':');
                text.append(columns.getColumnTypeName(column));
            }
            client.see(text.toString());
        }
    }

    record DescribeParameters(String slot) implements PreparedStep {
        @Override
        public String java(String connection) {
            return connection + "_" + slot + ".getParameterMetaData();";
        }

        @Override
        public void run(Client client) throws SQLException {
            PreparedStatement statement = client.prepared().get(slot);
            client.see(
                    statement == null
                            ? "no such statement"
                            : "parameters " + statement.getParameterMetaData().getParameterCount());
        }
    }

    record Close(String slot) implements PreparedStep {
        @Override
        public String java(String connection) {
            return connection + "_" + slot + ".close();";
        }

        @Override
        public void run(Client client) throws SQLException {
            PreparedStatement statement = client.prepared().remove(slot);
            if (statement == null) {
                client.see("no such statement");
            } else {
                statement.close();
            }
        }
    }

    /** {@code {? = call f(?, …)}} with a text or a number for a result. */
    record Call(String function, List<Object> arguments, int resultType) implements PreparedStep {
        @Override
        public String java(String connection) {
            StringBuilder java = new StringBuilder("try (CallableStatement s = " + connection + ".prepareCall("
                    + Step.literal(text()) + ")) { s.registerOutParameter(1, Types."
                    + (resultType == Types.INTEGER ? "INTEGER" : "VARCHAR") + "); ");
            for (int i = 0; i < arguments.size(); i++) {
                java.append(binding("s", i + 2, arguments.get(i))).append(' ');
            }
            return java.append("s.execute(); s.getObject(1); }").toString();
        }

        private String text() {
            return "{? = call " + function + "("
                    + arguments.stream().map(any -> "?").collect(Collectors.joining(", ")) + ")}";
        }

        @Override
        public void run(Client client) throws SQLException {
            try (CallableStatement statement = client.connection().prepareCall(text())) {
                statement.registerOutParameter(1, resultType);
                for (int i = 0; i < arguments.size(); i++) {
                    bind(statement, i + 2, arguments.get(i));
                }
                statement.execute();
                client.see("out " + statement.getObject(1));
            }
        }
    }

    /** A function that gives a cursor, which lives as long as the transaction. */
    record CallCursor(String schema) implements PreparedStep {
        private static final String TEXT = "{? = call public.items_of(?)}";

        @Override
        public String java(String connection) {
            return "try (CallableStatement s = " + connection + ".prepareCall(" + Step.literal(TEXT)
                    + ")) { s.registerOutParameter(1, Types.REF_CURSOR); s.setString(2, " + Step.literal(schema)
                    + "); s.execute(); ResultSet rows = (ResultSet) s.getObject(1); }";
        }

        @Override
        public void run(Client client) throws SQLException {
            try (CallableStatement statement = client.connection().prepareCall(TEXT)) {
                statement.registerOutParameter(1, Types.REF_CURSOR);
                statement.setString(2, schema);
                statement.execute();
                try (ResultSet rows = (ResultSet) statement.getObject(1)) {
                    client.see(Shown.rows(rows));
                }
            }
        }
    }

    private static String binding(String statement, int index, Object value) {
        String arguments = "(" + index + ", " + (value instanceof String text ? Step.literal(text) : value) + ");";
        String kind = value instanceof Integer ? "Int" : value instanceof Boolean ? "Boolean" : "String";
        return statement + ".set" + kind + arguments;
    }

    private static void bind(PreparedStatement statement, int index, Object value) throws SQLException {
        if (value instanceof Integer number) {
            statement.setInt(index, number);
        } else if (value instanceof Boolean bool) {
            statement.setBoolean(index, bool);
        } else {
            statement.setString(index, (String) value);
        }
    }
}
