package com.scrapersky.session.random;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What is done with a {@link Statement} that is closed in the same step. */
sealed interface StatementStep extends Step {

    /** The ways to execute a text. */
    enum How {
        EXECUTE(""),
        QUERY(""),
        UPDATE(""),
        GENERATED_KEYS(""),
        FETCH_SIZE("s.setFetchSize(2); "),
        MAXIMUM_ROWS("s.setMaxRows(2); "),
        TIMEOUT("s.setQueryTimeout(30); ");

        private final String before;

        How(String before) {
            this.before = before;
        }

        private String call(String text) {
            return before
                    + switch (this) {
                        case QUERY -> "s.executeQuery(" + text + ");";
                        case UPDATE -> "s.executeUpdate(" + text + ");";
                        case GENERATED_KEYS -> "s.execute(" + text + ", RETURN_GENERATED_KEYS); s.getGeneratedKeys();";
                        default -> "s.execute(" + text + ");";
                    };
        }
    }

    /** Executes a text and reads all that comes. */
    record Execute(SqlText sql, How how) implements StatementStep {
        static Execute of(String sql) {
            return new Execute(SqlText.plain(sql), How.EXECUTE);
        }

        @Override
        public String java(String connection) {
            return "try (Statement s = " + connection + ".createStatement()) { " + how.call(Step.literal(sql.text()))
                    + " }";
        }

        @Override
        public void run(Client client) throws SQLException {
            try (Statement statement = client.connection().createStatement()) {
                switch (how) {
                    case QUERY -> {
                        try (ResultSet rows = statement.executeQuery(sql.text())) {
                            client.see(Shown.rows(rows));
                        }
                    }
                    case UPDATE -> client.see("count " + statement.executeUpdate(sql.text()));
                    case GENERATED_KEYS -> {
                        boolean isRows = statement.execute(sql.text(), Statement.RETURN_GENERATED_KEYS);
                        client.see(Shown.keys(statement.getGeneratedKeys()));
                        client.see(Shown.results(statement, isRows));
                    }
                    case FETCH_SIZE -> {
                        statement.setFetchSize(2);
                        client.see(Shown.results(statement, statement.execute(sql.text())));
                    }
                    case MAXIMUM_ROWS -> {
                        statement.setMaxRows(2);
                        client.see(Shown.results(statement, statement.execute(sql.text())));
                    }
                    case TIMEOUT -> {
                        statement.setQueryTimeout(30);
                        client.see(Shown.results(statement, statement.execute(sql.text())));
                    }
                    case EXECUTE -> client.see(Shown.results(statement, statement.execute(sql.text())));
                }
            }
        }

        @Override
        public List<Step> simpler() {
            List<Step> simpler = new ArrayList<>();
            sql.simpler().forEach(text -> simpler.add(new Execute(text, how)));
            if (how != How.EXECUTE) {
                simpler.add(new Execute(sql, How.EXECUTE));
            }
            return simpler;
        }
    }

    /** A batch of texts. */
    record Batch(List<String> texts) implements StatementStep {
        @Override
        public String java(String connection) {
            return "try (Statement s = " + connection + ".createStatement()) { "
                    + texts.stream()
                            .map(text -> "s.addBatch(" + Step.literal(text) + "); ")
                            .collect(Collectors.joining())
                    + "s.executeBatch(); }";
        }

        @Override
        public void run(Client client) throws SQLException {
            try (Statement statement = client.connection().createStatement()) {
                for (String text : texts) {
                    statement.addBatch(text);
                }
                client.see(Shown.counts(statement.executeBatch()));
            }
        }

        @Override
        public List<Step> simpler() {
            return texts.size() == 1
                    ? List.of(Execute.of(texts.get(0)))
                    : IntStream.range(0, texts.size())
                            .<Step>mapToObj(left -> new Batch(SqlText.without(texts, left)))
                            .toList();
        }
    }

    /** What an updatable result set does with one row. */
    enum RowChange {
        UPDATE("rows.updateString(\"note\", \"changed\"); rows.updateRow();"),
        DELETE("rows.deleteRow();"),
        INSERT("rows.moveToInsertRow(); rows.updateInt(\"id\", 900); rows.updateString(\"code\", \"c900\");"
                + " rows.updateInt(\"n\", 9); rows.insertRow();");

        private final String java;

        RowChange(String java) {
            this.java = java;
        }
    }

    /** Changes a row through an updatable result set. */
    record ChangeRow(String table, int id, RowChange change) implements StatementStep {
        @Override
        public String java(String connection) {
            return "try (Statement s = " + connection
                    + ".createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE); ResultSet rows ="
                    + " s.executeQuery(" + Step.literal(query()) + ")) { rows.next(); " + change.java + " }";
        }

        private String query() {
            return "select id, code, n, note from " + table + " where id = " + id;
        }

        @Override
        public void run(Client client) throws SQLException {
            try (Statement statement = client.connection()
                            .createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
                    ResultSet rows = statement.executeQuery(query())) {
                boolean found = rows.next();
                client.see(found ? "row " + rows.getString("note") : "no row");
                if (change == RowChange.INSERT) {
                    rows.moveToInsertRow();
                    rows.updateInt("id", 900);
                    rows.updateString("code", "c900");
                    rows.updateInt("n", 9);
                    rows.insertRow();
                } else if (found && change == RowChange.UPDATE) {
                    rows.updateString("note", "changed");
                    rows.updateRow();
                    client.see("now " + rows.getString("note"));
                } else if (found) {
                    rows.deleteRow();
                }
            }
        }
    }
}
