package com.scrapersky.session.internal.guard;

import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** The statements that tell a backend settings, or ask for them, all in one. */
final class SettingStatements {

    /** All of them in one number: the values need not come back. Arguments are evaluated in their order (execExpr.c). */
    private static final String TELLING = "select num_nonnulls(";

    /** What a role may not set that the session has taken; nor can code that runs as that role. */
    private static final String BUT_PRIVILEGED = " and (pg_catalog.current_setting('is_superuser') = 'on' or not exists"
            + " (select from pg_catalog.pg_settings s where s.name = n and s.context = 'superuser'))";

    private SettingStatements() {}

    /** What tells settings of these names until the end of the transaction; the values are parameters. */
    static String telling(List<String> names) {
        StringBuilder call = new StringBuilder(TELLING);
        for (String name : names) {
            begin(call, name).append("?,true)");
        }
        return call.append(')').toString();
    }

    /**
     * What tells settings.
     *
     * @param bound takes the values, which are parameters then; null where they are to be literals
     * @param lasting whether it is for the session, and not only for the transaction
     */
    static String telling(List<String> names, Settings wanted, @Nullable List<String> bound, boolean lasting) {
        StringBuilder call = new StringBuilder(TELLING);
        for (String name : names) {
            String value = Objects.requireNonNull(wanted.get(name));
            begin(call, name);
            if (bound != null) {
                call.append('?');
                bound.add(value);
            } else {
                call.append(SqlLiteral.of(value));
            }
            call.append(lasting ? ",false)" : ",true)");
        }
        return call.append(')').toString();
    }

    private static StringBuilder begin(StringBuilder call, String name) {
        return call.append(call.length() > TELLING.length() ? ",set_config(" : "set_config(")
                .append(SqlLiteral.of(name))
                .append(',');
    }

    /** What tells them for the session, too, where they hold. */
    static String lastingWhereTold(List<String> names, Settings session) {
        StringJoiner values = new StringJoiner("),(", "(", ")");
        for (String name : names) {
            values.add(SqlLiteral.of(name) + "," + SqlLiteral.of(Objects.requireNonNull(session.get(name))));
        }
        return "select array_agg(n) filter (where pg_catalog.set_config(n, v, false) is not null) from (values "
                + values
                + ") as t(n, v) where pg_catalog.current_setting(n, true) = v"
                + (session.get("role") == null && session.get("session_authorization") == null ? "" : BUT_PRIVILEGED);
    }

    /** What asks how they are set. */
    static String asking(List<String> names) {
        StringBuilder question = new StringBuilder("select ");
        for (String name : names) {
            question.append(question.length() > 7 ? "," : "")
                    .append("current_setting(")
                    .append(SqlLiteral.of(name))
                    .append(",true)");
        }
        return question.toString();
    }
}
