package com.scrapersky.session.testkit.internal.leak;

import java.util.Collection;
import java.util.List;
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
final class CustomSettings {

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

    private static final String NAME = "[\\p{L}_][\\p{L}\\d_$]*(?:\\.[\\p{L}_][\\p{L}\\d_$]*)+";
    // Any literal that could be a name: it may get to set_config by way of a function or a variable. Asking for a name
    // that nobody has set costs nothing and changes nothing.
    private static final Pattern IN_A_LITERAL = Pattern.compile("'(" + NAME + ")'");
    private static final Pattern IN_A_SET = Pattern.compile(
            "\\b(?:(?:set|reset|show)\\s+)(?:session\\s+|local\\s+)?(" + NAME + ")", Pattern.CASE_INSENSITIVE);

    private final Set<String> names = new TreeSet<>(CONVENTIONS);

    CustomSettings(Collection<String> given) {
        names.addAll(given);
    }

    /** Every name found so far. */
    Set<String> names() {
        return Set.copyOf(names);
    }

    /** Adds the names in these statements. */
    void findIn(Collection<String> statements) {
        for (String text : statements) {
            for (Pattern pattern : List.of(IN_A_LITERAL, IN_A_SET)) {
                Matcher matcher = pattern.matcher(text);
                while (matcher.find()) {
                    names.add(matcher.group(1).toLowerCase(Locale.ROOT));
                }
            }
        }
    }
}
