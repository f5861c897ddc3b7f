package com.scrapersky.session.doctor.internal.command;

import com.scrapersky.session.doctor.internal.examine.Target;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a command finds its URL and the password. */
final class Urls {

    static final String MISSING = "which database? Give a URL, or set DATABASE_URL or SPRING_DATASOURCE_URL";

    private Urls() {}

    /** The argument, standard input for a dash, or a variable; empty where there is none. */
    static Optional<String> text(Console console, @Nullable String given) {
        if (given != null) {
            return Optional.of(given.equals("-") ? console.line() : given);
        }
        String variable = console.variable("DATABASE_URL");
        if (!variable.isEmpty()) {
            return Optional.of(variable);
        }
        String spring = console.variable("SPRING_DATASOURCE_URL");
        return spring.isEmpty() ? Optional.empty() : Optional.of(withSpringLogin(console, spring));
    }

    static Target withPassword(Console console, Target target) {
        if (target.url().hasPassword()) {
            return target;
        }
        String given = console.variable("PGPASSWORD");
        if (!given.isEmpty()) {
            return target.withPassword(given);
        }
        return console.askPassword()
                .apply("Password of " + target.url().user().orElse("the operating system's user") + ": ")
                .filter(typed -> !typed.isEmpty())
                .map(target::withPassword)
                .orElse(target);
    }

    /** Spring's user and password stand beside its URL; those of the URL win, as in pgjdbc. */
    private static String withSpringLogin(Console console, String spring) {
        StringBuilder text = new StringBuilder(spring);
        append(text, "user", console.variable("SPRING_DATASOURCE_USERNAME"));
        append(text, "password", console.variable("SPRING_DATASOURCE_PASSWORD"));
        return text.toString();
    }

    private static void append(StringBuilder text, String name, String value) {
        if (!value.isEmpty() && text.indexOf("?" + name + "=") < 0 && text.indexOf("&" + name + "=") < 0) {
            text.append(text.indexOf("?") < 0 ? '?' : '&')
                    .append(name)
                    .append('=')
                    .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
        }
    }
}
