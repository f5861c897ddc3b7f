package com.scrapersky.session.internal.errors;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
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

    private static final Pattern OWN_CODE = Pattern.compile("^\\((E[A-Z]+)\\)");
    private static final Pattern ODYSSEY_ID = Pattern.compile("^odyssey: \\w+: ");
    private static final Pattern CHANGING = Pattern.compile("[(:?.].*$", Pattern.DOTALL);
    private static final Pattern NO_WORD = Pattern.compile("[^a-z0-9]+");

    /**
     * What it is called: Supavisor's own code, or the words of the pooler without what changes from one to the next, such as
     * {@code query_wait_timeout}. Two rows may have one.
     */
    public String code() {
        Matcher own = OWN_CODE.matcher(example);
        if (own.find()) {
            return own.group(1);
        }
        String words =
                CHANGING.matcher(ODYSSEY_ID.matcher(example).replaceFirst("")).replaceFirst("");
        return NO_WORD.matcher(words.strip().toLowerCase(Locale.ROOT)).replaceAll("_");
    }

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
