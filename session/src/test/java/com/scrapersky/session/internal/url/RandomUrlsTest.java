package com.scrapersky.session.internal.url;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Thousands of connection strings from a grammar that is wrong now and then, judged by libpq. The seed is fixed. */
class RandomUrlsTest {

    private static final int ROWS = 20_000;
    private static final long SEED = 20261123;

    private static final List<String> HOSTS = List.of(
            "h", "db.example.com", "[::1]", "127.0.0.1", "", "[fe80::1%25lo]", "h%2Ex", "[::1", "h]", "%", "[]");
    private static final List<String> PORTS = List.of("", ":5432", ":1", ":", ":abc", ":99999", ":5432:5432", ":%31");
    private static final List<String> PIECES = List.of(
            "x",
            "y1",
            "%20",
            "%C3%A4",
            "%40",
            "%00",
            "%",
            "%4",
            "%zz",
            "+",
            " ",
            ":",
            "/",
            "?",
            "&",
            "=",
            "#",
            ",",
            "\u00e4",
            "\uD83D\uDE00",
            "'",
            "\\",
            "[",
            "]",
            "%25",
            ".",
            "\t",
            "\"",
            "*");
    private static final List<String> NAMES = List.of(
            "sslmode",
            "host",
            "port",
            "user",
            "password",
            "dbname",
            "connect_timeout",
            "application_name",
            "options",
            "requiressl",
            "ssl%6Dode",
            "unheard_of",
            "hostaddr",
            "",
            " sslmode ",
            "SSLMODE");

    private final Random random = new Random(SEED);

    @Test
    void urlsSayTheSameAsLibpq() {
        int accepted = 0;
        for (int row = 0; row < ROWS; row++) {
            String url = url();
            accepted += judged(url) ? 1 : 0;
        }
        assertThat(accepted)
                .as("rows that both accept, so that the test proves something")
                .isGreaterThan(ROWS / 20);
    }

    @Test
    void keywordsSayTheSameAsLibpq() {
        int accepted = 0;
        for (int row = 0; row < ROWS; row++) {
            StringBuilder text = new StringBuilder(maybe(8, " "));
            for (int pair = random.nextInt(4); pair >= 0; pair--) {
                text.append(one(NAMES.subList(0, 9)))
                        .append(maybe(6, " "))
                        .append(maybe(30, "", "="))
                        .append(maybe(6, "\t"));
                text.append(value()).append(maybe(20, "", " "));
            }
            // Without an equals sign it is no keyword/value string to us, and with a scheme neither.
            if (text.indexOf("=") >= 0 && !text.toString().isBlank()) {
                accepted += judged(text.toString()) ? 1 : 0;
            }
        }
        assertThat(accepted).isGreaterThan(ROWS / 20);
    }

    private static boolean judged(String text) {
        Optional<Map<String, String>> ours = Ours.parse(text);
        Optional<Map<String, String>> theirs = Libpq.parse(text);
        if (theirs.map(RandomUrlsTest::holdsAMisplacedPassword).orElse(false)) {
            assertThat(ours).as(text).isEmpty();
        } else {
            assertThat(ours).as(text).isEqualTo(theirs);
        }
        return ours.isPresent();
    }

    /** The intended difference of {@link GivenParameters}. */
    private static boolean holdsAMisplacedPassword(Map<String, String> values) {
        return values.entrySet().stream()
                .anyMatch(value ->
                        !value.getKey().equals("password") && value.getValue().contains("password="));
    }

    private String url() {
        StringBuilder url = new StringBuilder(random.nextBoolean() ? "postgresql://" : "postgres://");
        if (random.nextBoolean()) {
            // A slash here is the intended difference of UriParser: it would leave the at-sign in the database.
            url.append((text(2) + maybe(2, ":" + text(3))).replace("/", "")).append('@');
        }
        url.append(one(HOSTS)).append(one(PORTS));
        for (int more = random.nextInt(3); more > 0 && random.nextBoolean(); more--) {
            url.append(',').append(one(HOSTS)).append(one(PORTS));
        }
        if (random.nextBoolean()) {
            url.append('/').append(text(2));
        }
        if (random.nextInt(3) == 0) {
            url.append('?').append(one(NAMES)).append('=').append(text(2));
            url.append(maybe(2, "&" + one(NAMES) + maybe(9, "", "=") + text(1))).append(maybe(20, "&"));
        }
        return url.toString();
    }

    private String text(int longest) {
        StringBuilder text = new StringBuilder();
        for (int count = random.nextInt(longest + 1); count > 0; count--) {
            // Mostly harmless, or no row would be accepted.
            text.append(random.nextInt(3) > 0 ? PIECES.get(random.nextInt(5)) : one(PIECES));
        }
        return text.toString();
    }

    private String value() {
        String text = text(3).replace("=", "");
        boolean quoted = random.nextInt(3) == 0;
        boolean escaped = random.nextInt(9) > 0;
        return quoted ? "'" + (escaped ? text.replace("'", "\\'") : text) + "'" : text;
    }

    private String maybe(int oneIn, String rare) {
        return maybe(oneIn, rare, "");
    }

    private String maybe(int oneIn, String rare, String usual) {
        return random.nextInt(oneIn) == 0 ? rare : usual;
    }

    private String one(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
