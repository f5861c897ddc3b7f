package com.scrapersky.session.internal.url;

import com.scrapersky.session.internal.url.Parameter.Origin;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * Every parameter that a connection string may hold: libpq's, pgjdbc's under its own names, the former system's and those
 * of some other tools. One table, which the parsers, the translation, the masking and the documentation read.
 */
final class ParameterCatalogue {

    /** pgjdbc keeps these apart from its URL, so as parameters they would contradict the hosts of this one. */
    private static final Set<PGProperty> ADDRESS = Set.of(PGProperty.PG_HOST, PGProperty.PG_PORT, PGProperty.PG_DBNAME);

    private static final Map<String, Parameter> BY_NAME = table();

    private ParameterCatalogue() {}

    static @Nullable Parameter find(String name) {
        return BY_NAME.get(name);
    }

    static boolean isSecret(String name) {
        Parameter parameter = BY_NAME.get(name);
        return parameter != null && parameter.secret();
    }

    static Collection<Parameter> all() {
        return BY_NAME.values();
    }

    /** The known name that is nearest to an unknown one; the unknown one itself is not repeated. */
    static String suggestion(String unknown) {
        return NearestName.of(unknown, BY_NAME.keySet())
                .map(name -> "Perhaps " + name + " was meant; a name counts in this case only.")
                .orElse(
                        "See libpq's \"Parameter Key Words\" and pgjdbc's \"Connection Parameters\" for the names. Where "
                                + "this is a piece of a password, percent-encode or quote the password.");
    }

    private static Map<String, Parameter> table() {
        Map<String, Parameter> table = new LinkedHashMap<>();
        for (List<Parameter> source : List.of(LibpqParameters.ALL, ForeignParameters.ALL, driverParameters())) {
            for (Parameter parameter : source) {
                table.putIfAbsent(parameter.name(), parameter);
            }
        }
        return table;
    }

    private static List<Parameter> driverParameters() {
        return Arrays.stream(PGProperty.values())
                .filter(property -> !ADDRESS.contains(property))
                .map(property -> new Parameter(
                        property.getName(),
                        Origin.DRIVER,
                        false,
                        (name, value, target) -> target.property(name, value),
                        String.valueOf(property.getDescription())))
                .toList();
    }
}
