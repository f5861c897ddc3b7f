package com.scrapersky.session.internal.url;

import com.scrapersky.session.internal.url.Parameter.Meaning;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The ways in which the values of parameters are read, as the rows of the parameter tables name them. */
final class Meanings {

    private static final Pattern INTEGER = Pattern.compile("[ \\t-\\r]*[+-]?[0-9]+[ \\t-\\r]*");

    private Meanings() {}

    /** The driver's property of that name, with the same values. */
    static Meaning property(String property) {
        return (name, value, target) -> set(name, value, property, value, target);
    }

    /** The driver's property of that name, for one of these values. */
    static Meaning oneOf(String property, String... values) {
        List<String> allowed = List.of(values);
        return (name, value, target) -> {
            if (!allowed.contains(value)) {
                throw notAllowed(name, String.join(", ", allowed));
            }
            set(name, value, property, value, target);
        };
    }

    /** The driver's property of that name, with values of its own: pairs of libpq's value and the driver's. */
    static Meaning mapped(String property, Map<String, String> values) {
        return (name, value, target) -> {
            String driverValue = values.get(value);
            if (driverValue == null) {
                throw notAllowed(
                        name,
                        String.join(", ", values.keySet().stream().sorted().toList()));
            }
            set(name, value, property, driverValue, target);
        };
    }

    /** Accepted for the values that say what the driver does anyway; refused, with the way out, for all others. */
    static Meaning onlyAsDefault(String always, String wayOut, String... values) {
        List<String> allowed = List.of(values);
        return (name, value, target) -> {
            if (!allowed.contains(value)) {
                throw unsupported(name, wayOut);
            }
            target.note(name, value, always);
        };
    }

    /** Something that libpq can do and pgjdbc cannot; only an empty value, which is none to libpq, is accepted. */
    static Meaning never(String wayOut) {
        return (name, value, target) -> {
            if (!value.isEmpty()) {
                throw unsupported(name, wayOut);
            }
        };
    }

    /** Something that pgjdbc could do and this library must not leave to it. */
    static Meaning refused(String reason, String wayOut) {
        return (name, value, target) -> {
            if (!value.isEmpty()) {
                throw new UrlSyntaxException("The parameter " + name + " is not supported: " + reason + ".", wayOut);
            }
        };
    }

    /** Without any meaning. */
    static Meaning nothing(String why) {
        return (name, value, target) -> target.note(name, value, why);
    }

    /** An integer as C's {@code strtol} reads it: blanks around it, ASCII digits only. */
    static int integer(String name, String value) {
        if (INTEGER.matcher(value).matches()) {
            try {
                return Integer.parseInt(value.trim());
            } catch (NumberFormatException outOfRange) {
                // Told below. Not kept as the cause: its message repeats the value.
            }
        }
        throw new UrlSyntaxException("The value of " + name + " is not an integer.", null);
    }

    static UrlSyntaxException notAllowed(String name, String allowed) {
        return new UrlSyntaxException("The value of " + name + " is not one of " + allowed + ".", null);
    }

    static UrlSyntaxException unsupported(String name, String wayOut) {
        return new UrlSyntaxException("The parameter " + name + " asks for something that pgjdbc cannot do.", wayOut);
    }

    private static void set(String name, String value, String property, String driverValue, DriverTranslation target) {
        target.property(property, driverValue);
        if (!name.equals(property)) {
            target.note(name, value, "pgjdbc's " + property + "=" + driverValue);
        }
    }
}
