package com.scrapersky.session.testkit.internal.leak;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What backends remember of sequences. PostgreSQL lists it nowhere, and answers with an error (55000) for a sequence that a
 * session has not used; so a backend is asked for one sequence after the other, but only for those that have been used at all,
 * and only if it has used any ({@code lastval}) or one has moved since an earlier look. Not thread-safe.
 */
final class Sequences {

    static final String KIND = "SEQUENCE";
    private static final Pattern READERS = Pattern.compile("\\b(?:currval|lastval)\\s*\\(", Pattern.CASE_INSENSITIVE);

    // Temporary ones are another leak, and not another session's business. Internal and automatic dependencies on a
    // column: identity and serial (PostgreSQL manual, pg_depend).
    private static final String USED = """
            select oid, pg_catalog.quote_ident(relnamespace::pg_catalog.regnamespace::pg_catalog.text) || '.'
                        || pg_catalog.quote_ident(relname), last_value,
                   exists (select from pg_catalog.pg_depend
                            where classid = 'pg_catalog.pg_class'::pg_catalog.regclass and objid = used.oid
                              and refobjsubid > 0 and deptype in ('a', 'i'))
              from (select oid, relnamespace, relname,
                           case when pg_catalog.has_sequence_privilege(oid, 'SELECT,USAGE')
                                then pg_catalog.pg_sequence_last_value(oid) end as last_value
                      from pg_catalog.pg_class
                     where relkind = 'S' and relpersistence <> 't') used
             where last_value is not null
            """;

    /** Somebody who drops a sequence, or restarts it, in a transaction that is still open must not hold the probe up. */
    private static final String IMPATIENT = "set local lock_timeout = '1s'; ";

    // Not used in this session; no right to it; dropped meanwhile, in two ways; locked by somebody.
    private static final Set<String> NO_ANSWER = Set.of("55000", "42501", "42P01", "XX000", "55P03");

    private final Map<Long, Sequence> used = new HashMap<>();
    private final Set<Long> moved = new HashSet<>();
    private boolean listed;
    private boolean read;

    private record Sequence(String name, long lastValue, boolean owned) {}

    /** Takes note of whether one of these statements reads the state of a sequence. */
    void findReaderIn(Collection<String> statements) {
        read |= statements.stream().anyMatch(text -> READERS.matcher(text).find());
    }

    /** Whether anything is known to read the state of a sequence. */
    boolean areRead() {
        return read;
    }

    /** Takes note of the sequences in the database of this connection that have been used, and of those that moved. */
    void findIn(Connection connection) throws SQLException {
        Map<Long, Sequence> now = new HashMap<>();
        try (Statement statement = connection.createStatement()) {
            statement.execute("begin; " + IMPATIENT + USED);
            while (statement.getMoreResults() || statement.getUpdateCount() != -1) {
                try (ResultSet rows = statement.getResultSet()) {
                    while (rows != null && rows.next()) {
                        now.put(rows.getLong(1), new Sequence(rows.getString(2), rows.getLong(3), rows.getBoolean(4)));
                    }
                }
            }
        } catch (SQLException e) {
            if (!NO_ANSWER.contains(e.getSQLState())) {
                throw e;
            }
            // As it was at the last look.
            now.putAll(used);
        } finally {
            try (Statement statement = connection.createStatement()) {
                statement.execute("rollback");
            }
        }
        now.forEach((id, sequence) -> {
            Sequence before = used.get(id);
            if (listed && (before == null || before.lastValue() != sequence.lastValue())) {
                moved.add(id);
            }
        });
        listed = true;
        used.clear();
        used.putAll(now);
        moved.retainAll(used.keySet());
    }

    /**
     * Adds what the backend remembers, on a connection that is on it, inside a transaction that the caller rolls back.
     *
     * @param mark a comment that begins every statement
     */
    void read(Connection connection, String mark, Map<StateKey, String> values) throws SQLException {
        if (used.isEmpty()) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            String last = ask(statement, mark + IMPATIENT + "savepoint sky; select pg_catalog.lastval()");
            boolean named = false;
            for (long id : last == null ? moved : used.keySet()) {
                String value = ask(
                        statement,
                        mark + "rollback to savepoint sky; select pg_catalog.currval(" + id + "::pg_catalog.regclass)");
                Sequence sequence = used.get(id);
                if (value != null && sequence != null) {
                    values.put(new StateKey(KIND, sequence.name()), value);
                    named |= value.equals(last);
                }
            }
            if (last != null && !named) {
                values.put(new StateKey(KIND, "lastval()"), last);
            }
        }
    }

    private static @Nullable String ask(Statement statement, String sql) throws SQLException {
        try {
            String answer = null;
            boolean rows = statement.execute(sql);
            while (rows || statement.getUpdateCount() != -1) {
                if (rows) {
                    try (ResultSet result = statement.getResultSet()) {
                        result.next();
                        answer = result.getString(1);
                    }
                }
                rows = statement.getMoreResults();
            }
            return answer;
        } catch (SQLException e) {
            if (NO_ANSWER.contains(e.getSQLState())) {
                return null;
            }
            throw e;
        }
    }

    /** Whether that name stands for a sequence that no identity or serial column owns. */
    boolean standsAlone(String name) {
        return used.values().stream()
                .anyMatch(sequence -> !sequence.owned() && sequence.name().equals(name));
    }
}
