package com.scrapersky.session.internal.url;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever is done to a connection string, no piece of its password is ever shown. The seed is fixed. */
class SecretsTest {

    private static final int ROWS = 30_000;
    private static final long SEED = 90_10;

    /** Two markers, because a separator in the middle of a password shows either half in another place. */
    private static final String FIRST = "Xq7MARKERa";

    private static final String SECOND = "Zw9MARKERb";
    private static final List<String> SEPARATORS = List.of(
            "", "@", ":", "/", "?", "&", "=", "#", ",", "%", "%zz", " ", "'", "\\", "[", "]", "@h/", ":5432/", "/?",
            "?a=", "&b=", "://", "%00", "\t", "\u00e4", ";", "@@", "//");
    private static final List<String> FORMS = List.of(
            "postgresql://user:PASSWORD@host:5432/database?sslmode=require",
            "postgres://user:PASSWORD@host,other:5433/database",
            "postgresql+asyncpg://user:PASSWORD@[::1]:5432/database?raw_sql=true",
            "postgresql://user:PASSWORD@host",
            "postgresql://user:PASSWORD@",
            "postgresql://host/database?user=user&password=PASSWORD&sslmode=require",
            "postgresql://host/database?sslpassword=PASSWORD",
            "jdbc:postgresql://host:5432/database?user=user&password=PASSWORD&ssl=true",
            "jdbc:postgresql://user:PASSWORD@host:5432/database",
            "jdbc:postgresql:database?password=PASSWORD",
            "host=host user=user password=PASSWORD dbname=database",
            "host=host password='PASSWORD' user=user",
            "host=host sslpassword=PASSWORD",
            "mysql://user:PASSWORD@host/database",
            "postgresql:/user:PASSWORD@host/database",
            "user:PASSWORD@host/database");

    private final Random random = new Random(SEED);

    @Test
    void noPieceOfAPasswordIsShown() {
        int accepted = 0;
        for (int row = 0; row < ROWS; row++) {
            String separator = one(SEPARATORS) + (random.nextInt(4) == 0 ? one(SEPARATORS) : "");
            String text = spoilt(one(FORMS)).replace("PASSWORD", FIRST + separator + SECOND);
            accepted += shows(text) ? 1 : 0;
        }
        assertThat(accepted).as("rows that are accepted").isGreaterThan(ROWS / 20);
        assertThat(accepted).as("rows that are refused").isLessThan(ROWS - ROWS / 20);
    }

    /**
     * One character less or a separator more, anywhere but in the password. The two characters around a password stay:
     * without them the text would not be a malformed one but another one, in which it is the user or the host.
     */
    private String spoilt(String form) {
        int position = random.nextInt(form.length());
        return switch (random.nextInt(3)) {
            case 0 -> {
                String spoilt = form.substring(0, position) + form.substring(position + 1);
                yield spoilt.contains("PASSWORD") && "@:".indexOf(form.charAt(position)) < 0 ? spoilt : form;
            }
            case 1 -> {
                String spoilt = form.substring(0, position) + one(SEPARATORS) + form.substring(position);
                yield spoilt.contains("PASSWORD") ? spoilt : form;
            }
            default -> form;
        };
    }

    private static boolean shows(String text) {
        try {
            ConnectionSettings settings = ConnectionString.parse(text);
            assertHidden(settings.toString(), text);
            assertHidden(settings.shownParameters().toString(), text);
            assertHidden(settings.notes().toString(), text);
            assertHidden(settings.jdbcUrl(), text);
            assertHidden(settings.endpoints().toString(), text);
            assertHidden(SupabaseAddress.tenant(settings).toString(), text);
            return true;
        } catch (UrlSyntaxException refused) {
            assertHidden(refused + " " + refused.advice(), text);
            assertThat(refused).hasNoCause();
            assertThat(refused.getSuppressed()).isEmpty();
            return false;
        }
    }

    private static void assertHidden(String shown, String text) {
        assertThat(shown).as(text).doesNotContain("MARKER");
    }

    private String one(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
