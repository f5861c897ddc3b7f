package com.scrapersky.session.internal.errors;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@link ErrorTable}.
 *
 * @param states which SQLSTATEs it is about: a pattern that their beginning fits
 * @param text what is found in the message, or {@code null} for any
 * @param example such a message, as it is sent
 * @param pause how long until another attempt has a chance; zero where it has one at once
 * @param advice one line: what to change
 */
public record KnownError(
        Speaker speaker,
        Pattern states,
        @Nullable Pattern text,
        String example,
        Meaning meaning,
        Duration pause,
        String advice) {

    /** The first SQLSTATE that it is about; of a class, its general one. */
    public String sqlState() {
        String first = states.pattern().split("\\|", -1)[0];
        return first.isEmpty() ? "21000" : (first + "000").substring(0, 5);
    }

    /** Whether the connection ends with it. Poolers end it with all that they tell, but for PgDog's busy pool. */
    public boolean endsConnection() {
        return switch (speaker) {
            case POSTGRESQL -> sqlState().matches("28P01|28000|3D000|25P03|25P04|53300|57P0.");
            case PGDOG -> !sqlState().equals("58000");
            default -> true;
        };
    }

    boolean fits(String sqlState, String message) {
        return states.matcher(sqlState).lookingAt()
                && (text == null || text.matcher(message).find());
    }
}
