package com.scrapersky.session;

import com.scrapersky.session.internal.jdbc.MappingException;
import com.scrapersky.session.internal.jdbc.ParameterBinder;
import com.scrapersky.session.internal.jdbc.RecordParameters;
import com.scrapersky.session.internal.jdbc.UnsupportedValueException;
import com.scrapersky.session.internal.sql.NamedSql;
import com.scrapersky.session.internal.sql.Placeholder;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values for one execution of a statement, by parameter name. Not thread-safe. */
final class ParameterSet {

    private final NamedSql sql;
    private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

    ParameterSet(NamedSql sql) {
        this.sql = sql;
    }

    void put(String name, @Nullable Object value) {
        values.put(name, value);
    }

    void putAll(Map<String, ? extends @Nullable Object> parameters) {
        values.putAll(parameters);
    }

    void putAll(Record parameters) {
        try {
            values.putAll(RecordParameters.of(parameters, sql.names()));
        } catch (MappingException closed) {
            throw Errors.invalidStatement(String.valueOf(closed.getMessage()), "open the package, or give a Map");
        }
    }

    Map<String, @Nullable Object> byName() {
        return values;
    }

    ParameterSet copy() {
        ParameterSet set = new ParameterSet(sql);
        set.values.putAll(values);
        return set;
    }

    /** A copy with the values of a map or record added, whose names are checked. */
    ParameterSet with(Object parameters) {
        ParameterSet set = new ParameterSet(sql);
        set.putAll(values);
        if (parameters instanceof Map<?, ?> map) {
            map.forEach((name, value) -> set.put(String.valueOf(name), value));
        } else if (parameters instanceof Record components) {
            set.putAll(components);
        } else {
            throw Errors.invalidStatement(
                    "a parameter set of " + parameters.getClass().getName(),
                    "give a Map or a record for each execution");
        }
        set.check();
        return set;
    }

    /** Refuses missing and surplus names, both at once. */
    void check() {
        List<String> names = sql.names();
        if (values.size() == names.size() && values.keySet().containsAll(names)) {
            return;
        }
        List<String> missing = new ArrayList<>(names);
        missing.removeAll(values.keySet());
        List<String> surplus = new ArrayList<>(values.keySet());
        surplus.removeAll(names);
        throw Errors.invalidStatement(
                "the parameters do not fit the text: missing " + missing + ", surplus " + surplus + " — in: "
                        + sql.abbreviated(Errors.SHOWN_SQL),
                "bind every :name of the text and no other");
    }

    /** Binds a value to each placeholder; {@link #check()} comes first. */
    void bind(PreparedStatement statement) throws SQLException {
        int index = 1;
        for (Placeholder placeholder : sql.placeholders()) {
            String name = sql.names().get(placeholder.parameter());
            try {
                ParameterBinder.bind(statement, index++, values.get(name), placeholder.surroundings());
            } catch (UnsupportedValueException unsupported) {
                throw Errors.invalidStatement(
                        "parameter :" + name + ": " + unsupported.getMessage(),
                        "give a type listed at Row, or its text and a cast, as in :" + name + "::jsonb");
            }
        }
    }
}
