package com.scrapersky.session.internal.guard;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /** RESET ALL within the transaction only. */
    static final String RESET_ALL_LOCALLY =
            "select count(pg_catalog.set_config(name, reset_val, true)) from pg_catalog.pg_settings"
                    + " where source = 'session' and context in ('user', 'superuser')"
                    + NOT_OF_THE_SESSION
                    + " and name <> 'client_encoding'";

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
     * @param customSettings names that the server does not list
     * @param poolerTracks whether the pooler sets tracked parameters for its clients
     */
    static Cleanup of(PGConnection connection, Collection<String> customSettings, boolean poolerTracks) {
        Map<String, String> tracked = new LinkedHashMap<>();
        if (poolerTracks) {
            for (String name : TRACKED) {
                String value = connection.getParameterStatus(name);
                if (value != null) {
                    tracked.put(name, value);
                }
            }
        }
        return new Cleanup(tracked, customSettings);
    }

    /** The settings that outlive the transaction, as two arrays in one row: a statement's limit of rows is not for us. */
    String question() {
        StringBuilder question = new StringBuilder(
                "select array_agg(n), array_agg(v) from (select name, pg_catalog.current_setting(name) from pg_catalog.pg_settings"
                        + " where source = 'session' and context in ('user', 'superuser')" + NOT_OF_THE_SESSION);
        tracked.forEach((name, value) -> question.append(" and not (name = ")
                .append(SqlLiteral.of(name))
                .append(" and setting = ")
                .append(SqlLiteral.of(value))
                .append(')'));
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
        if (!tracked.isEmpty()) {
            StringJoiner values = new StringJoiner("),(", "(", ")");
            tracked.forEach((name, value) -> values.add(SqlLiteral.of(name) + "," + SqlLiteral.of(value)));
            statements.add("select count(pg_catalog.set_config(n, v, false)) from (values " + values
                    + ") as t(n, v) where pg_catalog.current_setting(n) is distinct from v");
        }
        return statements;
    }
}
