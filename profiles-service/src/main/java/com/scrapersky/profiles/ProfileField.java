package com.scrapersky.profiles;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The fields of a profile that a client may give, with what each accepts. */
enum ProfileField {
    NAME("name", 200),
    EMAIL("email", 254) {
        @Override
        @Nullable
        String problemOf(@Nullable Object value) {
            String problem = super.problemOf(value);
            return problem != null || value == null || EmailAddresses.isValid(value.toString())
                    ? problem
                    : "must be an e-mail address";
        }
    },
    AVATAR_URL("avatar_url", 2_048),
    BIO("bio", 10_000),
    ROLE("role", 100),
    ACTIVE("active", 0) {
        @Override
        @Nullable
        String problemOf(@Nullable Object value) {
            return value instanceof Boolean ? null : "must be true or false";
        }
    };

    /** What JSON can write and PostgreSQL's text cannot hold. */
    private static final Pattern UNSTORABLE = Pattern.compile("\\x00|\\p{Cs}");

    private final String column;
    private final int maximumLength;

    ProfileField(String column, int maximumLength) {
        this.column = column;
        this.maximumLength = maximumLength;
    }

    static Optional<ProfileField> named(String name) {
        return Arrays.stream(values())
                .filter(field -> field.column.equals(name))
                .findFirst();
    }

    /** Its name in JSON and in the table. */
    String column() {
        return column;
    }

    /** What is wrong with the value, or null. */
    @Nullable
    String problemOf(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (!(value instanceof String text)) {
            return "must be a text or null";
        }
        if (text.codePointCount(0, text.length()) > maximumLength) {
            return "must have at most " + maximumLength + " characters";
        }
        return UNSTORABLE.matcher(text).find() ? "must not contain NUL or half a surrogate pair" : null;
    }
}
