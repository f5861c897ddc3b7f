package com.scrapersky.session.testkit.internal.leak;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.TreeSet;

/** The SQL that a database itself holds, and runs for whoever touches its tables: what it reads can be set, and can leak. */
final class DatabaseTexts {

    private static final String FOREIGN = """
            not in ('pg_catalog'::pg_catalog.regnamespace, 'information_schema'::pg_catalog.regnamespace)
            """;

    // What PostgreSQL brings along has lower ids (transam.h, FirstNormalObjectId), and this is asked for at every look.
    private static final String QUERY = """
            select prosrc from pg_catalog.pg_proc where oid >= 16384 and pronamespace %1$s
            union all
            select pg_catalog.pg_get_functiondef(oid) from pg_catalog.pg_proc
             where oid >= 16384 and prosqlbody is not null and prokind in ('f', 'p') and pronamespace %1$s
            union all
            select pg_catalog.pg_get_expr(polqual, polrelid) from pg_catalog.pg_policy
            union all
            select pg_catalog.pg_get_expr(polwithcheck, polrelid) from pg_catalog.pg_policy
            union all
            select pg_catalog.pg_get_expr(adbin, adrelid) from pg_catalog.pg_attrdef
            union all
            select pg_catalog.pg_get_viewdef(oid) from pg_catalog.pg_class
             where relkind in ('v', 'm') and relnamespace %1$s
            union all
            select pg_catalog.pg_get_ruledef(r.oid) from pg_catalog.pg_rewrite r
              join pg_catalog.pg_class c on c.oid = r.ev_class
             where r.rulename <> '_RETURN' and c.relnamespace %1$s
            union all
            select pg_catalog.pg_get_triggerdef(oid) from pg_catalog.pg_trigger where not tgisinternal
            union all
            select pg_catalog.pg_get_constraintdef(oid) from pg_catalog.pg_constraint
             where contype = 'c' and connamespace %1$s
            union all
            select 'set ' || pg_catalog.split_part(entry, '=', 1) || ' ='
              from (select setconfig from pg_catalog.pg_db_role_setting
                    union all
                    select proconfig from pg_catalog.pg_proc where proconfig is not null) settings (config), pg_catalog.unnest(config) entry
            """.formatted(FOREIGN);

    private DatabaseTexts() {}

    static Set<String> of(Connection connection) throws SQLException {
        Set<String> texts = new TreeSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(QUERY)) {
            while (rows.next()) {
                String text = rows.getString(1);
                if (text != null) {
                    texts.add(text);
                }
            }
        }
        return texts;
    }
}
