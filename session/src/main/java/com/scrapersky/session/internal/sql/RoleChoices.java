package com.scrapersky.session.internal.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * The roles that a text asks to act as from then on: SET ROLE, SET LOCAL ROLE, {@code set_config('role', …)}, in whichever
 * scope. What code inside the database does is not seen.
 */
public final class RoleChoices {

    /** Stands for a role that only the server knows, and for another login. */
    public static final String COMPUTED = "";

    /** SET ROLE NONE: the login's own. */
    public static final String NONE = "none";

    private RoleChoices() {}

    /** In the order of the text; {@link #COMPUTED} and {@link #NONE} among them. */
    public static List<String> of(String text) {
        SqlTokens tokens = SqlTokens.of(text);
        List<String> roles = new ArrayList<>();
        for (int i = 0; i < tokens.statements(); i++) {
            Statement sql = tokens.statement(i);
            if (sql.isWord(sql.from(), "set")) {
                set(sql, sql.from() + 1, roles);
            }
            for (int at = sql.from(); at < sql.to(); at++) {
                if (sql.identifier(at).equals("set_config") && sql.isSymbol(at + 1, '(')) {
                    call(sql, at, roles);
                }
            }
        }
        return roles;
    }

    private static void set(Statement sql, int first, List<String> roles) {
        boolean scoped = sql.isWord(first, "local", "session")
                && !sql.isSymbol(first + 1, '=')
                && !sql.isSymbol(first + 1, '.')
                && !sql.isWord(first + 1, "to")
                && !sql.isWord(first + 1, "characteristics", "authorization");
        int at = scoped ? first + 1 : first;
        String setting = SqlNames.lowerCase(sql.identifier(at));
        if (sql.areWords(at, "session", "authorization") && !sql.isSymbol(at + 2, '.')) {
            roles.add(COMPUTED);
        } else if (setting.equals("session_authorization")) {
            roles.add(COMPUTED);
        } else if (setting.equals("role")) {
            boolean assigned = sql.isSymbol(at + 1, '=') || sql.isWord(at + 1, "to");
            if (!sql.isSymbol(at + 1, '.')) {
                name(sql, assigned ? at + 2 : at + 1, roles);
            }
        }
    }

    private static void name(Statement sql, int at, List<String> roles) {
        String literal = sql.string(at);
        if (sql.isWord(at, "default")) {
            // As RESET ROLE.
            return;
        }
        if (sql.isString(at)) {
            roles.add(literal == null ? COMPUTED : literal);
        } else {
            roles.add(sql.isIdentifier(at) ? sql.identifier(at) : COMPUTED);
        }
    }

    private static void call(Statement sql, int name, List<String> roles) {
        SetConfigCall call = SetConfigCall.read(sql, name);
        if (call != null && call.isOf("session_authorization")) {
            roles.add(COMPUTED);
        } else if (call != null && call.isOf("role") && !call.toDefault()) {
            String role = call.value();
            roles.add(role == null ? COMPUTED : role);
        }
    }
}
