package com.scrapersky.session.testkit.internal.leak;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a backend carries, on a connection that is on it, inside a transaction that the caller rolls back. In the
 * simple protocol this leaves nothing behind. Not thread-safe.
 */
public final class StateReader {

    // Everything is qualified: the search path may be what leaked. Whoever makes an object now gives it an id from
    // 16384 on
    // (transam.h, FirstNormalObjectId), which spares a look through all of PostgreSQL's own.
    private static final String QUERY = """
            select 'SETTING', name, setting || coalesce(' ' || unit, ''), reset_val || coalesce(' ' || unit, '')
              from pg_catalog.pg_settings
             where source = 'session'
               -- Of the transaction at hand; they follow from the defaults, which are in the list.
               and name not in ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable')
            union all
            select 'ROLE', 'role', pg_catalog.current_setting('role'), 'none'
            union all
            select 'ROLE', 'session_authorization', session_user::pg_catalog.text, null
            union all
            select 'PREPARED_STATEMENT', name, statement, null
              from pg_catalog.pg_prepared_statements
             where from_sql or not %s
            union all
            select 'CURSOR', name, statement, null
              from pg_catalog.pg_cursors
             where is_holdable
            union all
            select 'TEMPORARY_OBJECT', relname::pg_catalog.text,
                   case relkind when 'v' then 'view' when 'S' then 'sequence' when 'c' then 'type' else 'table' end,
                   null
              from pg_catalog.pg_class
             where oid >= 16384 and relnamespace = pg_catalog.pg_my_temp_schema() and relkind in ('r', 'p', 'v', 'S', 'f', 'c')
            union all
            select 'TEMPORARY_OBJECT', proname || '(' || pg_catalog.pg_get_function_arguments(oid) || ')', 'function',
                   null
              from pg_catalog.pg_proc
             where oid >= 16384 and pronamespace = pg_catalog.pg_my_temp_schema()
            union all
            select 'ADVISORY_LOCK',
                   -- objsubid 1: one bigint key, in two halves; 2: two int keys (PostgreSQL, view pg_locks).
                   case objsubid when 1 then ((classid::pg_catalog.int8 << 32) | objid::pg_catalog.int8)::pg_catalog.text
                                 else classid || ', ' || objid end,
                   mode, null
              from pg_catalog.pg_locks
             where locktype = 'advisory' and granted and pid = pg_catalog.pg_backend_pid()
            union all
            select 'LISTEN', channel, 'listening', null
              from pg_catalog.pg_listening_channels() channel
            union all
            select 'CUSTOM_SETTING', custom, pg_catalog.current_setting(custom, true), null
              from pg_catalog.unnest(array[%s]::pg_catalog.text[]) custom
             -- What was set for one transaction only reads as empty afterwards.
             where pg_catalog.current_setting(custom, true) <> ''
               and not exists (select from pg_catalog.pg_settings where pg_catalog.lower(name) = pg_catalog.lower(custom))
             order by 1, 2, 3
            """;

    private final String mark;
    private final boolean poolerOwnsNamedStatements;
    private final CustomSettings customSettings;
    private final @Nullable Sequences sequences;

    /**
     * @param mark a comment that begins every statement
     * @param poolerOwnsNamedStatements whether statements named by the protocol are the pooler's own
     * @param customSettings names to ask for besides those that are found
     * @param sequences whether to read the state of sequences
     */
    public StateReader(
            String mark, boolean poolerOwnsNamedStatements, Collection<String> customSettings, boolean sequences) {
        this.mark = mark;
        this.poolerOwnsNamedStatements = poolerOwnsNamedStatements;
        this.customSettings = new CustomSettings(customSettings);
        this.sequences = sequences ? new Sequences() : null;
    }

    /** Looks what is worth asking a backend for: these statements, and the database of this connection, tell. */
    public void prepare(Collection<String> statements, Connection connection) throws SQLException {
        Set<String> texts = DatabaseTexts.of(connection);
        texts.addAll(statements);
        customSettings.findIn(texts);
        if (sequences != null) {
            sequences.findReaderIn(texts);
            sequences.findIn(connection);
        }
    }

    /** The state of the backend. */
    public BackendState read(Connection connection) throws SQLException {
        Map<StateKey, String> values = new HashMap<>();
        Map<StateKey, String> defaults = new HashMap<>();
        String names = customSettings.names().stream()
                .map(name -> "'" + name.replace("'", "''") + "'")
                .collect(Collectors.joining(", "));
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(mark + QUERY.formatted(poolerOwnsNamedStatements, names))) {
            while (rows.next()) {
                StateKey key = new StateKey(rows.getString(1), rows.getString(2));
                // Several locks can have one name, in several modes.
                values.merge(key, rows.getString(3), (one, other) -> one + " and " + other);
                String neutral = rows.getString(4);
                if (neutral != null) {
                    defaults.put(key, neutral);
                }
            }
        }
        if (sequences != null) {
            // Last, because its errors are the usual case, and end what the transaction can do.
            sequences.read(connection, mark, values);
        }
        return new BackendState(values, defaults);
    }

    /** Whether nothing is known that reads the state of this sequence in a later transaction. */
    public boolean isUnreadSequence(StateKey key) {
        return sequences != null
                && key.kind().equals(Sequences.KIND)
                && !sequences.areRead()
                && !sequences.standsAlone(key.name());
    }
}
