package com.scrapersky.profiles;

import java.lang.reflect.Parameter;
import java.util.regex.Pattern;

/** Knows a parameter that tells something about a pooler, as the former system's did. */
public final class PoolerParameters {

    private static final Pattern NAME = Pattern.compile(
            "(?i)raw_?sql|no_?prepare|.*prepared.*|.*statement_?cache.*|.*pooler.*|.*pgbouncer.*|.*expert.*");

    private PoolerParameters() {}

    public static boolean isOne(Parameter parameter) {
        if (!parameter.isNamePresent()) {
            throw new AssertionError("compiled without -parameters: " + parameter.getDeclaringExecutable());
        }
        return NAME.matcher(parameter.getName()).matches()
                || NAME.matcher(parameter.getType().getSimpleName()).matches();
    }
}
