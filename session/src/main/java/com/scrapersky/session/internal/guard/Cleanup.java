package com.scrapersky.session.internal.guard;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.postgresql.PGConnection;

/**
 * What follows a COMMIT, under the same Sync and so still on the same backend, when code that no text shows may have set
 * something for the session: a question about what it was, and statements that put the backend back.
 *
 * <p>Some settings belong to the pooler: it sets them again for each client it knows them of, and learns of changes from the
 * server's reports. They go back to what this client and the pooler agree on.
 */
final class Cleanup {

    /** Of a transaction, not of its session; or asked for by names of their own. */
    private static final String NOT_OF_THE_SESSION =
            " and name not in ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable', 'role',"
                    + " 'session_authorization', 'is_superuser', 'seed')";

    /** What PgBouncer and its kin set on a backend for the client that gets it, as far as the driver knows their values. */
    private static final List<String> TRACKED =
            List.of("application_name", "DateStyle", "IntervalStyle", "TimeZone", "standard_conforming_strings");

    private final Map<String, String> tracked;
    private final Collection<String> customSettings;

    private Cleanup(Map<String, String> tracked, Collection<String> customSettings) {
        this.tracked = tracked;
        this.customSettings = customSettings;
    }

    /**
     * @param tracked what the pooler sets for its clients, and the values that it has for this one
     * @param customSettings names that the server does not list
     */
    static Cleanup of(Map<String, String> tracked, Collection<String> customSettings) {
        return new Cleanup(tracked, customSettings);
    }

    /** What this client and the pooler agree on, as long as the session has told its backend nothing else. */
    static Map<String, String> tracked(PGConnection connection) {
        Map<String, String> tracked = new LinkedHashMap<>();
        for (String name : TRACKED) {
            String value = connection.getParameterStatus(name);
            if (value != null) {
                tracked.put(name, value);
            }
        }
        return tracked;
    }

    /**
     * The settings that outlive the transaction, as two arrays in one row: a statement's limit of rows is not for us.
     *
     * @param resetAll whether the transaction executed RESET ALL, behind which defaults may count as set
     */
    String question(boolean resetAll) {
        StringBuilder question = new StringBuilder(
                "select array_agg(n), array_agg(v) from (select name, pg_catalog.current_setting(name) from pg_catalog.pg_settings"
                        + " where source = 'session' and context in ('user', 'superuser')" + NOT_OF_THE_SESSION);
        tracked.forEach((name, value) -> question.append(" and not (name = ")
                .append(SqlLiteral.of(name))
                .append(" and setting = ")
                .append(SqlLiteral.of(value))
                .append(')'));
        if (resetAll) {
            question.append(" and setting is distinct from reset_val");
        }
        question.append(
                " union all select 'session_authorization', session_user where session_user <>"
                        + " pg_catalog.pg_get_userbyid((select usesysid from pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid())))");
        question.append(" union all select 'role', pg_catalog.current_setting('role')"
                + " where pg_catalog.current_setting('role') <> 'none'");
        if (!customSettings.isEmpty()) {
            StringJoiner names = new StringJoiner("),(", "(", ")");
            customSettings.forEach(name -> names.add(SqlLiteral.of(name)));
            question.append(" union all select n, pg_catalog.current_setting(n, true) from (values ")
                    .append(names)
                    .append(") as c(n) where n like '%.%' and pg_catalog.current_setting(n, true) <> ''");
        }
        return question.append(") as s(n, v)").toString();
    }

    List<String> statements() {
        List<String> statements = new ArrayList<>(List.of("RESET SESSION AUTHORIZATION", "RESET ROLE", "RESET ALL"));
        agreed().ifPresent(statements::add);
        return statements;
    }

    /** Puts back what the pooler set for this client, behind RESET ALL. */
    Optional<String> agreed() {
        if (tracked.isEmpty()) {
            return Optional.empty();
        }
        StringJoiner values = new StringJoiner("),(", "(", ")");
        tracked.forEach((name, value) -> values.add(SqlLiteral.of(name) + "," + SqlLiteral.of(value)));
        return Optional.of("select count(pg_catalog.set_config(n, v, false)) from (values " + values
                + ") as t(n, v) where pg_catalog.current_setting(n) is distinct from v");
    }
}
