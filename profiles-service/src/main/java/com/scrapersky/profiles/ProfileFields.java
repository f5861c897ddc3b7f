package com.scrapersky.profiles;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client says about a profile: the fields that were given, and only those. A field that is given as null is to
 * become null; one that is missing is to stay as it is.
 *
 * <p>Immutable and thread-safe. There is no {@code toString}: the values are people's data, which belong in no log.
 */
public final class ProfileFields {

    /** Left alone when a client sends them, so that it may send back what it got, as it could to the former system. */
    private static final List<String> SET_BY_THE_SERVICE = List.of("id", "tenant_id", "created_at", "updated_at");

    private final Map<String, @Nullable Object> given;

    private ProfileFields(Map<String, @Nullable Object> given) {
        this.given = Collections.unmodifiableMap(given);
    }

    /**
     * Checks the fields of a JSON object.
     *
     * @throws InvalidInputException with every field that is unknown, of another type, too long or malformed
     */
    public static ProfileFields of(Map<String, ? extends @Nullable Object> object) {
        Map<String, @Nullable Object> given = new LinkedHashMap<>();
        List<FieldError> errors = new ArrayList<>();
        object.forEach((name, value) -> {
            if (SET_BY_THE_SERVICE.contains(name)) {
                return;
            }
            ProfileField.named(name)
                    .ifPresentOrElse(
                            field -> {
                                String problem = field.problemOf(value);
                                if (problem != null) {
                                    errors.add(new FieldError(name, problem));
                                }
                            },
                            () -> errors.add(unknown(name)));
            given.put(name, value);
        });
        if (!errors.isEmpty()) {
            throw new InvalidInputException(errors);
        }
        return new ProfileFields(given);
    }

    /** An error for each name that is none of a field, for where names come before values. */
    public static List<FieldError> problemsOf(List<String> names) {
        return names.stream()
                .filter(name -> !SET_BY_THE_SERVICE.contains(name)
                        && ProfileField.named(name).isEmpty())
                .map(ProfileFields::unknown)
                .toList();
    }

    private static FieldError unknown(String name) {
        return new FieldError(name, "is not a field of a profile");
    }

    /** The given values by column. */
    Map<String, @Nullable Object> given() {
        return given;
    }

    /** The value of a field, null where it is null or not given. */
    public @Nullable Object get(String field) {
        return given.get(field);
    }

    /** The value of a field that was given and is not null, else another one. */
    public Object getOrDefault(String field, Object otherwise) {
        Object value = given.get(field);
        return value == null ? otherwise : value;
    }
}
