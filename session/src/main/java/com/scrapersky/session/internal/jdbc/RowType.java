package com.scrapersky.session.internal.jdbc;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A Java type that a row becomes: a record by its components, a bean by its setters, or anything else by the row's only
 * column. Looked up once for each class; after that only method handles are called.
 *
 * @param <T> the type
 */
public final class RowType<T> {

    private static final int LAYOUTS_KEPT = 64;

    private static final ClassValue<RowType<?>> KNOWN = new ClassValue<>() {
        @Override
        protected RowType<?> computeValue(Class<?> type) {
            return new RowType<>(type);
        }
    };

    private final Class<T> type;
    private final List<Property> properties;
    private final @Nullable MethodHandle constructor;

    /** The same with a parameter for each component. */
    private final @Nullable MethodHandle recordConstructor;

    /** How each layout becomes this type, found out once. Layouts are shared, so few types meet many. */
    private final Map<Columns, Reader<@Nullable T>> readers = new ConcurrentHashMap<>();

    private RowType(Class<T> type) {
        this.type = type;
        if (ValueConversion.isColumnType(type)) {
            this.properties = List.of();
            this.constructor = null;
            this.recordConstructor = null;
        } else {
            try {
                this.properties = type.isRecord() ? components(type) : setters(type);
                MethodHandle plain = constructor(type);
                this.constructor = plain.asSpreader(Object[].class, plain.type().parameterCount())
                        .asType(MethodType.methodType(Object.class, Object[].class));
                this.recordConstructor = type.isRecord() ? plain : null;
            } catch (ReflectiveOperationException | InaccessibleObjectException closed) {
                throw new MappingException(
                        type.getName()
                                + " cannot be made from a row: it needs to be a record, or a class with a constructor"
                                + " without parameters and setters, in a package that is open to com.scrapersky.session",
                        closed);
            }
        }
    }

    /** What a row becomes when {@code type} is asked for. */
    @SuppressWarnings("unchecked")
    public static <T> RowType<T> of(Class<T> type) {
        return (RowType<T>) KNOWN.get(type);
    }

    /** How rows with these columns become values of this type. */
    @SuppressWarnings(
            "NullAway") // A column may be null, as the type argument says; NullAway reads those in JSpecify mode only.
    public Reader<@Nullable T> reader(Columns columns) {
        Reader<@Nullable T> known = readers.get(columns);
        if (known != null) {
            return known;
        }
        Reader<@Nullable T> made = makeReader(columns);
        if (readers.size() >= LAYOUTS_KEPT) {
            readers.clear();
        }
        readers.put(columns, made);
        return made;
    }

    @SuppressWarnings("NullAway") // As above.
    private Reader<@Nullable T> makeReader(Columns columns) {
        if (constructor == null) {
            if (columns.names().size() != 1) {
                throw new MappingException(type.getSimpleName() + " is read from one column, and the result has "
                        + columns.names().size() + ": " + columns.names());
            }
            return values -> ValueConversion.convert(values[0], type);
        }
        int[] indexes =
                columns.indexesOf(properties.stream().map(Property::name).toList());
        return type.isRecord()
                ? recordReader(columns, indexes, constructor)
                : beanReader(columns, indexes, constructor);
    }

    private Reader<@Nullable T> recordReader(Columns columns, int[] indexes, MethodHandle constructor) {
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < indexes.length; i++) {
            if (indexes[i] < 0) {
                missing.add(properties.get(i).name());
            }
        }
        if (!missing.isEmpty()) {
            throw new MappingException(
                    "no column for " + missing + " of " + type.getSimpleName() + "; the result has " + columns.names());
        }
        boolean inOrder = indexes.length == columns.names().size();
        for (int i = 0; i < indexes.length; i++) {
            inOrder &= indexes[i] == i;
        }
        boolean inPlace = inOrder;
        Reader<T> reader = values -> {
            // The values are this reader's alone: where they stand in order, no second array is made of them.
            @Nullable Object[] arguments = inPlace ? values : new @Nullable Object[indexes.length];
            for (int i = 0; i < indexes.length; i++) {
                arguments[i] = properties.get(i).convert(values[indexes[i]]);
            }
            return type.cast(invoke(constructor, arguments));
        };
        MethodHandle direct = recordConstructor;
        if (direct == null || !columns.isLean()) {
            return reader;
        }
        RecordFactory.Component[] components = properties.toArray(RecordFactory.Component[]::new);
        return new LeanReader<>(type, reader, RecordFactory.of(direct, components, indexes, columns.keys()));
    }

    private Reader<@Nullable T> beanReader(Columns columns, int[] indexes, MethodHandle constructor) {
        if (Arrays.stream(indexes).allMatch(index -> index < 0)) {
            throw new MappingException(
                    "no column for any setter of " + type.getSimpleName() + "; the result has " + columns.names());
        }
        return values -> {
            Object bean = invoke(constructor, new Object[0]);
            for (int i = 0; i < indexes.length; i++) {
                if (indexes[i] >= 0) {
                    Property property = properties.get(i);
                    property.set(bean, property.convert(values[indexes[i]]));
                }
            }
            return type.cast(bean);
        };
    }

    private static Object invoke(MethodHandle constructor, @Nullable Object[] arguments) {
        try {
            return (Object) constructor.invokeExact(arguments);
        } catch (RuntimeException | Error thrownByUser) {
            throw thrownByUser;
        } catch (Throwable thrownByUser) {
            throw new MappingException("the constructor failed", thrownByUser);
        }
    }

    private static List<Property> components(Class<?> type) {
        List<Property> components = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            components.add(new Property(component.getName(), component.getType(), component.getGenericType(), null));
        }
        return components;
    }

    private static List<Property> setters(Class<?> type) throws IllegalAccessException {
        List<Property> setters = new ArrayList<>();
        for (Method method : type.getMethods()) {
            String name = method.getName();
            if (name.length() > 3
                    && name.startsWith("set")
                    && method.getParameterCount() == 1
                    && !Modifier.isStatic(method.getModifiers())) {
                String property = name.substring(3, 4).toLowerCase(Locale.ROOT) + name.substring(4);
                MethodHandle setter = MethodHandles.lookup().unreflect(opened(method));
                setters.add(new Property(
                        property, method.getParameterTypes()[0], method.getGenericParameterTypes()[0], setter));
            }
        }
        return setters;
    }

    private static MethodHandle constructor(Class<?> type) throws ReflectiveOperationException {
        Class<?>[] parameters = type.isRecord()
                ? Arrays.stream(type.getRecordComponents())
                        .map(RecordComponent::getType)
                        .toArray(Class<?>[]::new)
                : new Class<?>[0];
        Constructor<?> constructor = opened(type.getDeclaredConstructor(parameters));
        return MethodHandles.lookup().unreflectConstructor(constructor);
    }

    /** Records are often local or package-private to their caller. */
    private static <M extends AccessibleObject> M opened(M member) {
        member.setAccessible(true);
        return member;
    }

    /**
     * Makes one value from one row.
     *
     * @param <T> what it makes
     */
    @FunctionalInterface
    public interface Reader<T extends @Nullable Object> {
        T read(@Nullable Object[] values);

        /** Makes it from the current row as the server sent it. */
        default T read(TupleCursor row) throws SQLException {
            return read(row.values());
        }
    }

    private static final class LeanReader<T> implements Reader<T> {

        private final Class<T> type;
        private final Reader<T> ofValues;
        private final RecordFactory records;

        LeanReader(Class<T> type, Reader<T> ofValues, RecordFactory records) {
            this.type = type;
            this.ofValues = ofValues;
            this.records = records;
        }

        @Override
        public T read(@Nullable Object[] values) {
            return ofValues.read(values);
        }

        @Override
        public T read(TupleCursor row) throws SQLException {
            return type.cast(records.make(row));
        }
    }

    private record Property(
            String name,
            Class<?> type,
            Type genericType,
            @Nullable MethodHandle setter) implements RecordFactory.Component {

        @Override
        public @Nullable Object convert(@Nullable Object value) {
            try {
                if (value == null && type.isPrimitive()) {
                    throw new MappingException("the value is null, and " + type + " cannot be");
                }
                Class<?> element = elementOfList();
                if (element == null) {
                    return ValueConversion.convert(value, type);
                }
                List<?> list = ValueConversion.convertList(value, element);
                return list == null || type != Set.class ? list : ValueConversion.convert(list, Set.class);
            } catch (MappingException unfit) {
                throw new MappingException(name + ": " + unfit.getMessage());
            }
        }

        private @Nullable Class<?> elementOfList() {
            boolean isList = type == List.class || type == Collection.class || type == Set.class;
            return isList
                            && genericType instanceof ParameterizedType list
                            && list.getActualTypeArguments()[0] instanceof Class<?> element
                    ? element
                    : null;
        }

        void set(Object bean, @Nullable Object value) {
            MethodHandle handle = setter;
            if (handle == null) {
                throw new IllegalStateException("a record component has no setter");
            }
            try {
                handle.invoke(bean, value);
            } catch (RuntimeException | Error thrownByUser) {
                throw thrownByUser;
            } catch (Throwable thrownByUser) {
                throw new MappingException(name + ": the setter failed", thrownByUser);
            }
        }
    }
}
