package com.scrapersky.session.doctor.internal.scan;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Strings with a name, whose own text does not say that they are SQL, and the names that are given to what takes SQL. A variable
 * counts in its own file, a constant ({@code UPPER_CASE}) in any that names its class, imports it, or inherits it.
 */
final class Constants {

    private static final Pattern TYPE =
            Pattern.compile("\\b(?:class|interface|enum|record|object)\\s+(\\w+)|\\bpackage\\s+(?:\\w+\\.)*(\\w+)");
    private static final Pattern IMPORT =
            Pattern.compile("\\bimport\\s+(?:static\\s+)?(?:\\w+\\.)*(\\w+)\\.(?:([A-Z][A-Z0-9_]*)\\b|\\*)");
    private static final Pattern PARENTS = Pattern.compile("\\b(?:extends|implements)\\b([^{;]*)\\{");
    private static final Pattern CONSTANT = Pattern.compile("[A-Z][A-Z0-9_]*");

    /** A name, with those of its classes, where it is no call but one that puts a text together. */
    private static final Pattern NAME = Pattern.compile(
            "\\s*((?:\\w+\\s*\\.\\s*)*)(\\w+)\\b(?!\\s*\\()(?!\\s*\\.(?!\\s*(?:formatted|concat|trim|strip\\w*|format)\\b))\\s*(,?)");

    private final List<Named> named = new ArrayList<>();

    /** Names of all files, each behind that of a class. */
    private final Set<String> used = new HashSet<>();

    /** Names in the file that is being read. */
    private final Set<String> usedHere = new HashSet<>();

    private record Named(Path file, Set<String> types, String name, String text, int line, boolean usedInItsFile) {}

    /** Begins a file: which names it gives to what takes SQL. */
    void uses(String code) {
        usedHere.clear();
        Set<String> visible = new HashSet<>();
        for (Matcher parents = PARENTS.matcher(code); parents.find(); ) {
            visible.addAll(List.of(parents.group(1).strip().split("\\W+")));
        }
        Set<String> imported = new HashSet<>();
        for (Matcher matcher = IMPORT.matcher(code); matcher.find(); ) {
            if (matcher.group(2) == null) {
                visible.add(matcher.group(1));
            } else {
                imported.add(matcher.group(1) + "." + matcher.group(2));
            }
        }
        for (Matcher taken = StringPlace.SQL_TAKEN.matcher(code); taken.find(); ) {
            arguments(code, taken.end(), visible, imported);
        }
    }

    /** The first argument, and those behind variables, which may be connections. */
    private void arguments(String code, int from, Set<String> visible, Set<String> imported) {
        Matcher argument = NAME.matcher(code);
        int at = from;
        while (argument.region(at, code.length()).useTransparentBounds(true).lookingAt()) {
            String name = argument.group(2);
            String qualifier = argument.group(1).replaceAll("\\s|\\.\\s*$", "");
            boolean constant = CONSTANT.matcher(name).matches();
            if (qualifier.isEmpty() || qualifier.equals("this")) {
                usedHere.add(name);
                if (constant) {
                    visible.forEach(type -> used.add(type + "." + name));
                    imported.stream().filter(each -> each.endsWith("." + name)).forEach(used::add);
                }
            } else if (constant) {
                used.add(qualifier.substring(qualifier.lastIndexOf('.') + 1) + "." + name);
            }
            if (constant || argument.group(3).isEmpty()) {
                return;
            }
            at = argument.end();
        }
    }

    /** A string with a name; nothing is left of what no statement begins with. */
    void declare(Path file, String code, String name, String text, int line) {
        if (SqlShape.sql(text, true) == null) {
            return;
        }
        Set<String> types = new HashSet<>();
        if (CONSTANT.matcher(name).matches()) {
            for (Matcher type = TYPE.matcher(code); type.find(); ) {
                types.add(type.group(1) == null ? type.group(2) : type.group(1));
            }
        }
        named.add(new Named(file, types, name, text, line, usedHere.contains(name)));
    }

    /** What those do that are used as SQL, when every file was read. */
    List<Sighting> sightings() {
        List<Sighting> found = new ArrayList<>();
        for (Named each : named) {
            String sql = SqlShape.sql(each.text(), true);
            if (sql != null
                    && (each.usedInItsFile()
                            || each.types().stream().anyMatch(type -> used.contains(type + "." + each.name())))) {
                found.addAll(SqlReading.read(each.file(), sql, each.line()));
            }
        }
        return found;
    }
}
