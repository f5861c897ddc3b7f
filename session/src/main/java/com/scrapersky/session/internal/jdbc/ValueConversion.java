package com.scrapersky.session.internal.jdbc;

import com.scrapersky.session.Interval;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a column holds into the type that a caller asks for, where nothing is lost: a number that does not fit, a
 * text that is no constant of the enum, an interval with months as a {@link Duration} are errors. Only {@code numeric} as a
 * double is rounded.
 */
public final class ValueConversion {

    private ValueConversion() {}

    /** Whether {@code type} is read from one column, not from a whole row. */
    static boolean isColumnType(Class<?> type) {
        return type.isPrimitive()
                || type.isEnum()
                || type.isArray()
                || Number.class.isAssignableFrom(type)
                || type.getPackageName().startsWith("java.")
                || type == Interval.class;
    }

    /** {@code value} as a {@code type}; null stays null. */
    public static <T> @Nullable T convert(@Nullable Object value, Class<T> type) {
        if (value == null) {
            return null;
        }
        Object converted = type.isInstance(value) ? value : converted(value, type);
        if (converted == null) {
            throw new MappingException(
                    "a value of " + value.getClass().getSimpleName() + " cannot be read as " + type.getName());
        }
        @SuppressWarnings("unchecked") // A primitive's class casts nothing, and its box is what a generic caller gets.
        T result = (T) converted;
        return result;
    }

    /** The elements of an array column, each as {@code type}. */
    public static <T> @Nullable List<@Nullable T> convertList(@Nullable Object value, Class<T> type) {
        if (value == null) {
            return null;
        }
        List<?> elements = value instanceof List<?> list ? list : parsed(value);
        List<@Nullable T> converted = new ArrayList<>(elements.size());
        for (Object element : elements) {
            converted.add(convert(element, type));
        }
        return Collections.unmodifiableList(converted);
    }

    /** An array of a type of the user's own (an enum) comes as its text. */
    private static List<?> parsed(Object value) {
        if (value instanceof String text && text.startsWith("{") && text.endsWith("}")) {
            return ArrayLiteral.read(text, element -> element);
        }
        throw new MappingException("a value of " + value.getClass().getSimpleName() + " is no array");
    }

    private static @Nullable Object converted(Object value, Class<?> type) {
        if (value instanceof Number number) {
            return type == String.class ? number.toString() : number(number, type);
        } else if (value instanceof String text) {
            return fromText(text, type);
        } else if (value instanceof OffsetDateTime time) {
            return fromTime(time, type);
        } else if (value instanceof LocalDateTime time && type == Timestamp.class) {
            return Timestamp.valueOf(time);
        } else if (value instanceof Boolean) {
            return type == boolean.class ? value : type == String.class ? value.toString() : null;
        } else if (value instanceof Interval interval) {
            return type == Duration.class
                    ? interval.toDuration().orElse(null)
                    : type == Period.class ? interval.toPeriod().orElse(null) : null;
        } else if (value instanceof List<?> list) {
            return fromList(list, type);
        } else if (value instanceof java.time.LocalDate date && type == java.sql.Date.class) {
            return java.sql.Date.valueOf(date);
        }
        boolean hasPlainText = value instanceof UUID || value instanceof java.time.temporal.Temporal;
        return type == String.class && hasPlainText ? value.toString() : null;
    }

    private static @Nullable Object number(Number number, Class<?> type) {
        if (type == double.class || type == Double.class) {
            return number instanceof BigDecimal || isExact(number, number.doubleValue()) ? number.doubleValue() : null;
        } else if (type == float.class || type == Float.class) {
            return isExact(number, number.floatValue()) ? number.floatValue() : null;
        } else if (type == Number.class) {
            return number;
        }
        return integer(number, type);
    }

    private static boolean isExact(Number number, double converted) {
        if (number instanceof Float || number instanceof Double) {
            return Double.compare(number.doubleValue(), converted) == 0;
        }
        return new BigDecimal(converted).compareTo(new BigDecimal(number.toString())) == 0;
    }

    private static @Nullable Object integer(Number number, Class<?> type) {
        try {
            BigDecimal exact = new BigDecimal(number.toString());
            if (type == BigDecimal.class) {
                return exact;
            } else if (type == long.class || type == Long.class) {
                return exact.longValueExact();
            } else if (type == int.class || type == Integer.class) {
                return exact.intValueExact();
            } else if (type == short.class || type == Short.class) {
                return exact.shortValueExact();
            } else if (type == byte.class || type == Byte.class) {
                return exact.byteValueExact();
            } else if (type == BigInteger.class) {
                return exact.toBigIntegerExact();
            }
            return null;
        } catch (ArithmeticException | NumberFormatException lossy) {
            throw new MappingException("the number does not fit " + type.getSimpleName());
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static @Nullable Object fromText(String text, Class<?> type) {
        try {
            if (type.isEnum()) {
                return Enum.valueOf((Class<? extends Enum>) type, text);
            } else if (type == UUID.class) {
                return UUID.fromString(text);
            } else if (type == InetAddress.class) {
                // A literal address: nothing is looked up.
                return text.matches("\\d+(\\.\\d+){3}|[0-9a-fA-F.:]*:[0-9a-fA-F.:]*")
                        ? InetAddress.getByName(text)
                        : null;
            } else if ((type == char.class || type == Character.class) && text.length() == 1) {
                return text.charAt(0);
            }
            return List.class == type ? parsed(text) : null;
        } catch (IllegalArgumentException | UnknownHostException unknown) {
            throw new MappingException("the text is no " + type.getSimpleName());
        }
    }

    private static @Nullable Object fromTime(OffsetDateTime time, Class<?> type) {
        if (type == Instant.class) {
            return time.toInstant();
        } else if (type == ZonedDateTime.class) {
            return time.toZonedDateTime();
        } else if (type == Timestamp.class) {
            return Timestamp.from(time.toInstant());
        } else if (type == java.util.Date.class) {
            return java.util.Date.from(time.toInstant());
        }
        return type == String.class ? time.toString() : null;
    }

    private static @Nullable Object fromList(List<?> list, Class<?> type) {
        if (type == Set.class) {
            return Collections.unmodifiableSet(new LinkedHashSet<>(list));
        } else if (!type.isArray()) {
            return null;
        }
        Class<?> component = type.getComponentType();
        Object array = Array.newInstance(component, list.size());
        for (int i = 0; i < list.size(); i++) {
            Object element = convert(list.get(i), component);
            if (element == null && component.isPrimitive()) {
                throw new MappingException("an element is null, and " + component + " cannot be");
            }
            Array.set(array, i, element);
        }
        return array;
    }
}
