package com.scrapersky.session.internal.guard;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Oid;
import org.postgresql.core.ParameterList;

/**
 * Session settings and their values, by name. Immutable, so that a savepoint is a reference and "nothing to do" is a
 * comparison of two of them.
 *
 * <p>Names are compared as the server compares them, without regard to case.
 */
final class Settings {

    static final Settings NONE = new Settings(Map.of());

    /** The only setting whose name the server reports with capitals that programs rarely write. */
    private static final String ROLE = "role";

    private final Map<String, String> values;

    /** The names of all, in the order in which a backend is told that has none of them; found when it is asked for. */
    private @Nullable List<String> order;

    private Settings(Map<String, String> values) {
        this.values = values;
    }

    static Settings of(Map<String, String> values) {
        Settings settings = NONE;
        for (Map.Entry<String, String> value : values.entrySet()) {
            settings = settings.with(value.getKey(), value.getValue());
        }
        return settings;
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    @Nullable
    String get(String name) {
        return values.get(key(name));
    }

    Map<String, String> asMap() {
        return values;
    }

    Settings with(String name, String value) {
        String key = key(name);
        if (value.equals(values.get(key))) {
            return this;
        }
        Map<String, String> changed = new LinkedHashMap<>(values);
        changed.put(key, value);
        return new Settings(changed);
    }

    /** With all of these, of which the later ones win, and the role, where there is one. */
    Settings withAll(Map<String, String> first, Map<String, String> second, @Nullable String role) {
        Map<String, String> changed = new LinkedHashMap<>(2 * (values.size() + first.size() + second.size() + 1));
        changed.putAll(values);
        first.forEach((name, value) -> changed.put(key(name), value));
        second.forEach((name, value) -> changed.put(key(name), value));
        if (role != null) {
            changed.put(ROLE, role);
        }
        return changed.isEmpty() ? NONE : new Settings(changed);
    }

    /** With the value that {@code defaults} has, or without one. */
    Settings without(String name, Settings defaults) {
        String key = key(name);
        String standard = defaults.values.get(key);
        if (standard != null) {
            return with(key, standard);
        }
        if (!values.containsKey(key)) {
            return this;
        }
        Map<String, String> changed = new LinkedHashMap<>(values);
        changed.remove(key);
        return changed.isEmpty() ? NONE : new Settings(changed);
    }

    /** The roles of these, and nothing else but {@code defaults}: RESET ALL does not touch them. */
    Settings rolesOf(Settings defaults) {
        Settings left = defaults;
        for (Map.Entry<String, String> value : values.entrySet()) {
            if (isRole(value.getKey())) {
                left = left.with(value.getKey(), value.getValue());
            }
        }
        return left;
    }

    /** The names whose values a backend that has {@code applied} must be told: roles last, while the right to set is still there. */
    List<String> missingFrom(Settings applied) {
        if (!applied.isEmpty()) {
            return inOrder(applied);
        }
        List<String> all = order;
        if (all == null) {
            all = List.copyOf(inOrder(NONE));
            order = all;
        }
        return all;
    }

    /** Binds the values of {@code names} to {@link KnownTexts#settingsText}, as {@code setString} does. */
    void bind(List<String> names, BaseConnection driver, ParameterList list) throws SQLException {
        int type = typeOfText(driver);
        for (int i = 0; i < names.size(); i++) {
            list.setStringParameter(i + 1, Objects.requireNonNull(values.get(names.get(i))), type);
        }
    }

    /** The type that {@code setString} declares. */
    static int typeOfText(BaseConnection driver) {
        return driver.getStringVarcharFlag() ? Oid.VARCHAR : Oid.UNSPECIFIED;
    }

    /** Whether a transaction's characteristics are among them. */
    boolean haveCharacteristics() {
        for (String name : values.keySet()) {
            if (Characteristics.areChosenBy(name)) {
                return true;
            }
        }
        return false;
    }

    private List<String> inOrder(Settings applied) {
        Map<Boolean, List<String>> names = new TreeMap<>();
        values.forEach((name, value) -> {
            if (!value.equals(applied.values.get(name))) {
                names.computeIfAbsent(isRole(name), roles -> new ArrayList<>()).add(name);
            }
        });
        List<String> ordered = new ArrayList<>(names.getOrDefault(false, List.of()));
        ordered.addAll(names.getOrDefault(true, List.of()));
        return ordered;
    }

    /** The names that a backend which has {@code applied} must be told to forget. */
    List<String> goneFrom(Settings applied) {
        List<String> gone = new ArrayList<>();
        applied.values.keySet().forEach(name -> {
            if (!values.containsKey(name)) {
                gone.add(name);
            }
        });
        return gone;
    }

    private static boolean isRole(String name) {
        return name.equals(ROLE) || name.equals("session_authorization");
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** Names only: a value may be a secret. */
    @Override
    public String toString() {
        return values.keySet().toString();
    }
}
