package com.scrapersky.session.internal.jdbc;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A record as named parameters. The accessors are looked up once for each class. */
public final class RecordParameters {

    private static final ClassValue<List<Component>> COMPONENTS = new ClassValue<>() {
        @Override
        protected List<Component> computeValue(Class<?> type) {
            List<Component> components = new ArrayList<>();
            for (RecordComponent component : type.getRecordComponents()) {
                components.add(new Component(
                        component.getName(), snakeCase(component.getName()), accessor(component.getAccessor())));
            }
            return components;
        }
    };

    private RecordParameters() {}

    /**
     * The components by name: as they are called, or in snake case where {@code wanted} has only that. What is not wanted
     * stays in, so that it is found to be surplus.
     */
    public static Map<String, @Nullable Object> of(Record parameters, Collection<String> wanted) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (Component component : COMPONENTS.get(parameters.getClass())) {
            boolean snake = !wanted.contains(component.name()) && wanted.contains(component.snakeName());
            values.put(snake ? component.snakeName() : component.name(), read(component.accessor(), parameters));
        }
        return values;
    }

    static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    private static @Nullable Object read(MethodHandle accessor, Record parameters) {
        try {
            return accessor.invoke(parameters);
        } catch (RuntimeException | Error thrownByUser) {
            throw thrownByUser;
        } catch (Throwable thrownByUser) {
            throw new MappingException("an accessor of " + parameters.getClass().getName() + " failed", thrownByUser);
        }
    }

    private static MethodHandle accessor(Method method) {
        try {
            method.setAccessible(true);
            return MethodHandles.lookup().unreflect(method);
        } catch (IllegalAccessException | InaccessibleObjectException closed) {
            throw new MappingException(
                    method.getDeclaringClass().getName()
                            + " cannot be read: its package needs to be open to com.scrapersky.session",
                    closed);
        }
    }

    private record Component(String name, String snakeName, MethodHandle accessor) {}
}
