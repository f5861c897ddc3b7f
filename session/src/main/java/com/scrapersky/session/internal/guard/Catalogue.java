package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.sql.ServerFunctions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads from the system catalogue which code a database holds, and what reaches what.
 *
 * <p>Expressions are stored as trees of nodes, in which a function of PostgreSQL itself is its OID, and no dependency is
 * recorded on it: only where the tree holds the OID of one that matters is its text asked for. Each method is one round
 * trip.
 */
final class Catalogue {

    /**
     * What may touch the session, in a source in lower case: SET where a statement may begin, so that UPDATE … SET does
     * not count, and pieces of words that ordinary code seldom holds. Few and short ones, without word boundaries: the
     * server's time grows with them.
     */
    static final String SUSPECT = "(^|;|\\*/|--[^\\n]*\\n|begin|then|else|loop|atomic)\\s*set[^a-z0-9_$]"
            + "|reset|listen|load|prepare|deallocate|discard|temp|execute|commit|rollback|u&"
            + "|set_|pg_settings|setseed|advisory|currval|lastval|pg_backup|pg_repl|pgv_|dblink|http_|hypopg";

    private static final int SQL_BODIES = 14;

    /** The objects of a database's users: those of PostgreSQL have lower OIDs. */
    private static final String FIRST_USER_OID = "16384";

    private static final String USER_FUNCTIONS = """
            from pg_catalog.pg_proc p
            join pg_catalog.pg_language l on l.oid = p.prolang
            join pg_catalog.pg_namespace n on n.oid = p.pronamespace
            where n.nspname not in ('pg_catalog', 'information_schema')
            """;

    /**
     * What code there is: a function's, or an expression that belongs to a relation or a domain.
     *
     * @param function the function's OID, or "0"
     */
    record Code(Owner owner, String name, String language, String source, String function) {}

    /** Whose code it is. */
    enum Owner {
        /** A function's, a procedure's or a domain's: it runs where its name stands. */
        FUNCTION,
        /** It runs where a relation is read: a view's query. */
        READ,
        /** It runs where a relation is written to: a default, a check, a trigger's condition, a rule. */
        WRITE,
        /** It runs in both cases: a policy. */
        READ_OR_WRITE
    }

    /** That an object runs or reaches another. */
    record Edge(Cause cause, String from, String to) {}

    /** Why. */
    enum Cause {
        /** Reading the relation runs the function, as a view's query does. */
        READ_RUNS,
        /** Writing to the relation runs the function, as a trigger does. */
        WRITE_RUNS,
        READ_OR_WRITE_RUNS,
        /** Reading or writing to the one does the same to the other: a view, a table with partitions. */
        PASSES_ON,
        /** Writing to the one writes to the other: a foreign key that cascades, a rule. */
        WRITE_WRITES,
        /** The function is part of another: an aggregate's, an argument's default. */
        CALLS,
        /** The function is run by an operator, a cast, a type or the like, which no name shows. */
        ANYTHING_RUNS,
        /** DDL runs the function. */
        DDL_RUNS
    }

    private final Connection connection;
    private final boolean sqlBodies;

    Catalogue(Connection connection) throws SQLException {
        this.connection = connection;
        this.sqlBodies = connection.getMetaData().getDatabaseMajorVersion() >= SQL_BODIES;
    }

    /** The code that may touch the session, going by its words. */
    List<Code> suspects() throws SQLException {
        String body = sqlBodies ? "p.prosqlbody::text ~ t.tree" : "false";
        return code("""
                with t as (
                    select ':funcid (' || pg_catalog.string_agg(oid::text, '|') || ') ' as tree
                    from pg_catalog.pg_proc
                    where pronamespace = 'pg_catalog'::pg_catalog.regnamespace and proname in (%s))
                select 'FUNCTION', p.proname, l.lanname, %s, p.oid
                """.formatted(literals(ServerFunctions.builtIn()), source())
                + USER_FUNCTIONS.replace("where", ", t where")
                + " and (pg_catalog.lower(p.prosrc collate \"C\") ~ " + literal(SUSPECT) + " or " + body
                + " or l.lanname not in ('internal', 'c', 'plpgsql', 'sql'))"
                + " and l.lanname not in ('internal', 'c')"
                + """

                union all
                select 'FUNCTION', p.proname, 'c', '', p.oid
                """
                + USER_FUNCTIONS
                + " and l.lanname = 'c' and (p.proname in (" + literals(ServerFunctions.ofExtensions())
                + ") or p.proname like 'pgv\\_%')"
                + """

                union all
                select 'FUNCTION', p.proname, 'sql', pg_catalog.pg_get_expr(p.proargdefaults, 0), 0
                from pg_catalog.pg_proc p, t where p.proargdefaults::text ~ t.tree
                union all
                select case r.ev_type when '1' then 'READ' else 'WRITE' end, c.relname, 'sql', pg_catalog.pg_get_ruledef(r.oid), 0
                from pg_catalog.pg_rewrite r join pg_catalog.pg_class c on c.oid = r.ev_class, t
                where r.oid >= %1$s and (r.ev_action::text ~ t.tree or r.ev_qual::text ~ t.tree)
                union all
                select 'WRITE', c.relname, 'sql', pg_catalog.pg_get_expr(d.adbin, d.adrelid), 0
                from pg_catalog.pg_attrdef d join pg_catalog.pg_class c on c.oid = d.adrelid, t
                where d.adbin::text ~ t.tree
                union all
                select case when c.oid is null then 'FUNCTION' else 'WRITE' end, coalesce(c.relname, y.typname), 'sql',
                    pg_catalog.pg_get_constraintdef(k.oid), 0
                from pg_catalog.pg_constraint k
                left join pg_catalog.pg_class c on c.oid = k.conrelid
                left join pg_catalog.pg_type y on y.oid = k.contypid, t
                where k.contype = 'c' and k.conbin::text ~ t.tree
                union all
                select 'READ_OR_WRITE', c.relname, 'sql',
                    pg_catalog.concat_ws(', ', pg_catalog.pg_get_expr(o.polqual, o.polrelid),
                        pg_catalog.pg_get_expr(o.polwithcheck, o.polrelid)), 0
                from pg_catalog.pg_policy o join pg_catalog.pg_class c on c.oid = o.polrelid, t
                where o.polqual::text ~ t.tree or o.polwithcheck::text ~ t.tree
                union all
                select 'WRITE', c.relname, 'sql', pg_catalog.pg_get_triggerdef(g.oid), 0
                from pg_catalog.pg_trigger g join pg_catalog.pg_class c on c.oid = g.tgrelid, t
                where g.tgqual::text ~ t.tree
                """.formatted(FIRST_USER_OID));
    }

    /** The functions in SQL and PL/pgSQL that are not among {@code suspects}; their words tell what they call. */
    List<Code> otherFunctions(List<Code> suspects) throws SQLException {
        String read = suspects.stream().map(Code::function).distinct().collect(Collectors.joining(","));
        return code("select 'FUNCTION', p.proname, l.lanname, " + source() + ", p.oid " + USER_FUNCTIONS
                + " and l.lanname in ('plpgsql', 'sql') and p.oid <> all ('{" + read + "}'::pg_catalog.oid[])");
    }

    private String source() {
        return sqlBodies ? "coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc)" : "p.prosrc";
    }

    /** What runs or reaches what, as far as the catalogue records it. */
    List<Edge> edges() throws SQLException {
        List<Edge> edges = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(EDGES)) {
            while (rows.next()) {
                edges.add(new Edge(
                        Cause.valueOf(rows.getString(1)),
                        HiddenState.name(rows.getString(2)),
                        HiddenState.name(rows.getString(3))));
            }
        }
        return edges;
    }

    private static final String EDGES = """
            select case r.ev_type when '1' then 'READ_RUNS' else 'WRITE_RUNS' end, c.relname, p.proname
            from pg_catalog.pg_rewrite r
            join pg_catalog.pg_class c on c.oid = r.ev_class
            join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
            join pg_catalog.pg_proc p on d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = d.refobjid
            where p.oid >= %1$s
            union
            select case r.ev_type when '1' then 'PASSES_ON' else 'WRITE_WRITES' end, c.relname, c2.relname
            from pg_catalog.pg_rewrite r
            join pg_catalog.pg_class c on c.oid = r.ev_class
            join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
            join pg_catalog.pg_class c2 on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and c2.oid = d.refobjid
            where c2.oid >= %1$s and c2.oid <> c.oid
            union
            select 'WRITE_RUNS', c.relname, p.proname
            from pg_catalog.pg_trigger g
            join pg_catalog.pg_class c on c.oid = g.tgrelid
            join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass and d.objid = g.oid
            join pg_catalog.pg_proc p on d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = d.refobjid
            where not g.tgisinternal and p.oid >= %1$s
            union
            select 'WRITE_RUNS', c.relname, p.proname
            from pg_catalog.pg_attrdef a
            join pg_catalog.pg_class c on c.oid = a.adrelid
            join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass and d.objid = a.oid
            join pg_catalog.pg_proc p on d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = d.refobjid
            where p.oid >= %1$s
            union
            select case when c.oid is null then 'CALLS' else 'WRITE_RUNS' end, coalesce(c.relname, y.typname), p.proname
            from pg_catalog.pg_constraint k
            left join pg_catalog.pg_class c on c.oid = k.conrelid
            left join pg_catalog.pg_type y on y.oid = k.contypid
            join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and d.objid = k.oid
            join pg_catalog.pg_proc p on d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = d.refobjid
            where p.oid >= %1$s
            union
            select 'READ_OR_WRITE_RUNS', c.relname, p.proname
            from pg_catalog.pg_policy o
            join pg_catalog.pg_class c on c.oid = o.polrelid
            join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and d.objid = o.oid
            join pg_catalog.pg_proc p on d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = d.refobjid
            where p.oid >= %1$s
            union
            select 'PASSES_ON', c.relname, c2.relname
            from pg_catalog.pg_policy o
            join pg_catalog.pg_class c on c.oid = o.polrelid
            join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and d.objid = o.oid
            join pg_catalog.pg_class c2 on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and c2.oid = d.refobjid
            where c2.oid >= %1$s and c2.oid <> c.oid
            union
            select 'WRITE_RUNS', c.relname, p.proname
            from pg_catalog.pg_index i
            join pg_catalog.pg_class c on c.oid = i.indrelid
            join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = i.indexrelid
            join pg_catalog.pg_proc p on d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = d.refobjid
            where p.oid >= %1$s
            union
            select 'CALLS', f.proname, p.proname
            from pg_catalog.pg_proc f
            join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = f.oid
            join pg_catalog.pg_proc p on d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = d.refobjid
            where p.oid >= %1$s
            union
            select 'ANYTHING_RUNS', '', p.proname
            from pg_catalog.pg_depend d
            join pg_catalog.pg_proc p on p.oid = d.refobjid
            where d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid >= %1$s and d.classid not in (
                'pg_catalog.pg_rewrite'::pg_catalog.regclass, 'pg_catalog.pg_trigger'::pg_catalog.regclass,
                'pg_catalog.pg_attrdef'::pg_catalog.regclass, 'pg_catalog.pg_constraint'::pg_catalog.regclass,
                'pg_catalog.pg_policy'::pg_catalog.regclass, 'pg_catalog.pg_class'::pg_catalog.regclass,
                'pg_catalog.pg_proc'::pg_catalog.regclass, 'pg_catalog.pg_event_trigger'::pg_catalog.regclass)
            union
            select 'DDL_RUNS', '', p.proname
            from pg_catalog.pg_event_trigger e join pg_catalog.pg_proc p on p.oid = e.evtfoid
            union
            select 'PASSES_ON', c.relname, c2.relname
            from pg_catalog.pg_inherits h
            join pg_catalog.pg_class c on c.oid = h.inhparent
            join pg_catalog.pg_class c2 on c2.oid = h.inhrelid
            where c.relkind in ('r', 'p', 'f')
            union
            select 'WRITE_WRITES', c.relname, c2.relname
            from pg_catalog.pg_constraint k
            join pg_catalog.pg_class c on c.oid = k.confrelid
            join pg_catalog.pg_class c2 on c2.oid = k.conrelid
            where k.contype = 'f' and (k.confdeltype in ('c', 'n', 'd') or k.confupdtype in ('c', 'n', 'd'))
            union
            select 'WRITE_RUNS', c.relname, y.typname
            from pg_catalog.pg_attribute a
            join pg_catalog.pg_class c on c.oid = a.attrelid
            join pg_catalog.pg_type y on a.atttypid in (y.oid, y.typarray)
            where y.typtype = 'd' and y.oid >= %1$s and c.relkind in ('r', 'p', 'f')
            union
            select 'CALLS', y.typname, b.typname
            from pg_catalog.pg_type y join pg_catalog.pg_type b on b.oid = y.typbasetype
            where y.typtype = 'd' and b.typtype = 'd'
            """.formatted(FIRST_USER_OID);

    private List<Code> code(String sql) throws SQLException {
        List<Code> code = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                String source = rows.getString(4);
                code.add(new Code(
                        Owner.valueOf(rows.getString(1)),
                        HiddenState.name(rows.getString(2)),
                        rows.getString(3),
                        source == null ? "" : source,
                        rows.getString(5)));
            }
        }
        return code;
    }

    private static String literals(Set<String> names) {
        return names.stream().sorted().map(Catalogue::literal).collect(Collectors.joining(", "));
    }

    private static String literal(String value) {
        return "'" + value.replace("'", "''") + "'";
    }
}
