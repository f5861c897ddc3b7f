package com.scrapersky.session.testkit.internal.leak;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of custom settings ({@code app.tenant}) worth asking a backend for. PostgreSQL never lists those that no
 * extension declared (guc.c: placeholders are {@code GUC_NO_SHOW_ALL}); it only tells the value of a name. So the names
 * come from whoever reads or writes them. Not thread-safe.
 */
public final class CustomSettings {

    /** What PostgREST and Supabase set for row-level security. */
    private static final Set<String> CONVENTIONS = Set.of(
            "request.jwt.claims",
            "request.jwt.claim.sub",
            "request.jwt.claim.role",
            "request.jwt.claim.email",
            "request.method",
            "request.path",
            "request.headers",
            "request.cookies",
            "app.tenant",
            "app.tenant_id",
            "app.current_tenant",
            "app.user_id",
            "app.current_user_id");

    // What reads a setting in this database: policies, functions, views and defaults; and settings of roles and
    // databases.
    private static final String READERS = """
            select prosrc from pg_catalog.pg_proc
             where pronamespace not in ('pg_catalog'::pg_catalog.regnamespace,
                                        'information_schema'::pg_catalog.regnamespace)
            union all
            select pg_catalog.pg_get_functiondef(oid) from pg_catalog.pg_proc
             where prosqlbody is not null and prokind in ('f', 'p')
               and pronamespace not in ('pg_catalog'::pg_catalog.regnamespace,
                                        'information_schema'::pg_catalog.regnamespace)
            union all
            select pg_catalog.pg_get_expr(polqual, polrelid) from pg_catalog.pg_policy
            union all
            select pg_catalog.pg_get_expr(polwithcheck, polrelid) from pg_catalog.pg_policy
            union all
            select pg_catalog.pg_get_expr(adbin, adrelid) from pg_catalog.pg_attrdef
            union all
            select pg_catalog.pg_get_viewdef(oid) from pg_catalog.pg_class
             where relkind in ('v', 'm')
               and relnamespace not in ('pg_catalog'::pg_catalog.regnamespace,
                                        'information_schema'::pg_catalog.regnamespace)
            union all
            select 'set ' || pg_catalog.split_part(entry, '=', 1) || ' ='
              from pg_catalog.pg_db_role_setting, pg_catalog.unnest(setconfig) entry
            """;

    private static final String NAME = "[\\p{L}_][\\p{L}\\d_$]*(?:\\.[\\p{L}_][\\p{L}\\d_$]*)+";
    private static final Pattern IN_A_CALL =
            Pattern.compile("(?:current_setting|set_config)\\s*\\(\\s*'(" + NAME + ")'", Pattern.CASE_INSENSITIVE);
    private static final Pattern IN_A_SET = Pattern.compile(
            "\\bset\\s+(?:session\\s+|local\\s+)?(" + NAME + ")\\s*(?:=|\\bto\\b)", Pattern.CASE_INSENSITIVE);

    private final Set<String> names = new TreeSet<>(CONVENTIONS);

    public CustomSettings(Collection<String> given) {
        names.addAll(given);
    }

    /** Every name found so far. */
    public Set<String> names() {
        return Set.copyOf(names);
    }

    /** Adds the names in these statements. */
    public void findIn(Collection<String> statements) {
        for (String text : statements) {
            for (Pattern pattern : new Pattern[] {IN_A_CALL, IN_A_SET}) {
                Matcher matcher = pattern.matcher(text);
                while (matcher.find()) {
                    names.add(matcher.group(1).toLowerCase(Locale.ROOT));
                }
            }
        }
    }

    /** Adds the names that are read in the database of this connection. */
    public void findIn(Connection connection) throws SQLException {
        Set<String> texts = new TreeSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(READERS)) {
            while (rows.next()) {
                String text = rows.getString(1);
                if (text != null) {
                    texts.add(text);
                }
            }
        }
        findIn(texts);
    }
}
