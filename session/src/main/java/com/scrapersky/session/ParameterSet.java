package com.scrapersky.session;

import com.scrapersky.session.internal.guard.StraightQuery;
import com.scrapersky.session.internal.jdbc.DirectBinder;
import com.scrapersky.session.internal.jdbc.MappingException;
import com.scrapersky.session.internal.jdbc.ParameterBinder;
import com.scrapersky.session.internal.jdbc.RecordParameters;
import com.scrapersky.session.internal.jdbc.UnsupportedValueException;
import com.scrapersky.session.internal.sql.NamedSql;
import com.scrapersky.session.internal.sql.Placeholder;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.ParameterList;

/** The values for one execution of a statement, by parameter name. Not thread-safe. */
final class ParameterSet implements StraightQuery.Values {

    private static final Object MISSING = new Object();

    private final NamedSql sql;

    /** By the name's place in the text's names. */
    private final @Nullable Object[] values;

    /** What the text has no name for. */
    private @Nullable Map<String, @Nullable Object> surplus;

    ParameterSet(NamedSql sql) {
        this.sql = sql;
        this.values = new @Nullable Object[sql.names().size()];
        Arrays.fill(values, MISSING);
    }

    private ParameterSet(ParameterSet other) {
        this.sql = other.sql;
        this.values = other.values.clone();
        this.surplus = other.surplus == null ? null : new LinkedHashMap<>(other.surplus);
    }

    void put(String name, @Nullable Object value) {
        int index = sql.indexOf(name);
        if (index >= 0) {
            values[index] = value;
        } else {
            Map<String, @Nullable Object> others = surplus;
            if (others == null) {
                others = new LinkedHashMap<>();
                surplus = others;
            }
            others.put(name, value);
        }
    }

    void putAll(Map<String, ? extends @Nullable Object> parameters) {
        parameters.forEach(this::put);
    }

    void putAll(Record parameters) {
        try {
            putAll(RecordParameters.of(parameters, sql.names()));
        } catch (MappingException closed) {
            throw Errors.invalidStatement(String.valueOf(closed.getMessage()), "open the package, or give a Map");
        }
    }

    Map<String, @Nullable Object> byName() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            if (values[i] != MISSING) {
                all.put(sql.names().get(i), values[i]);
            }
        }
        if (surplus != null) {
            all.putAll(surplus);
        }
        return all;
    }

    ParameterSet copy() {
        return new ParameterSet(this);
    }

    /** A copy with the values of a map or record added, whose names are checked. */
    ParameterSet with(Object parameters) {
        ParameterSet set = copy();
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

    /** The values of each execution of a batch. */
    List<ParameterSet> withEach(Iterable<?> parameterSets) {
        List<ParameterSet> sets = new ArrayList<>();
        for (Object parameters : parameterSets) {
            sets.add(with(parameters));
        }
        return sets;
    }

    /** Refuses missing and surplus names, both at once. */
    void check() {
        boolean complete = true;
        for (Object value : values) {
            complete &= value != MISSING;
        }
        Map<String, @Nullable Object> others = surplus;
        if (complete && others == null) {
            return;
        }
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            if (values[i] == MISSING) {
                missing.add(sql.names().get(i));
            }
        }
        List<String> surplus = others == null ? List.of() : List.copyOf(others.keySet());
        throw Errors.invalidStatement(
                "the parameters do not fit the text: missing " + missing + ", surplus " + surplus + " — in: "
                        + sql.abbreviated(Errors.SHOWN_SQL),
                "bind every :name of the text and no other");
    }

    /** Binds a value to each placeholder; {@link #check()} comes first. */
    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        int index = 1;
        for (Placeholder placeholder : sql.placeholders()) {
            try {
                ParameterBinder.bind(statement, index++, value(placeholder), placeholder.surroundings());
            } catch (UnsupportedValueException unsupported) {
                String name = sql.names().get(placeholder.parameter());
                throw Errors.invalidStatement(
                        "parameter :" + name + ": " + unsupported.getMessage(),
                        "give a type listed at Row, or its text and a cast, as in :" + name + "::jsonb");
            }
        }
    }

    /** The same past a statement, where the values are of the usual kinds; {@link #check()} comes first. */
    @Override
    public boolean bind(BaseConnection connection, ParameterList list) throws SQLException {
        List<Placeholder> placeholders = sql.placeholders();
        for (int i = 0; i < placeholders.size(); i++) {
            Placeholder placeholder = placeholders.get(i);
            if (!DirectBinder.bind(connection, list, i + 1, value(placeholder), placeholder.surroundings())) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Object value(Placeholder placeholder) {
        return values[placeholder.parameter()];
    }
}
