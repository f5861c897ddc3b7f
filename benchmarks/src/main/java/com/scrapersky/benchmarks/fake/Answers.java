package com.scrapersky.benchmarks.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.scrapersky.benchmarks.fake.Answer.Column;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;

/** Which text gets which answer. What is not known gets a result without rows. */
final class Answers {

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Known(byte[] text, Answer answer) {}

    private static final List<Column> PROFILE = List.of(
            new Column("id", Oid.INT4, 4),
            new Column("name", Oid.TEXT, -1),
            new Column("email", Oid.TEXT, -1),
            new Column("active", Oid.BOOL, 1),
            new Column("created_at", Oid.TIMESTAMPTZ, 8));

    private static final int PAGE = 100;

    private static final Answer NOTHING = Answer.of(List.of(new Column("nothing", Oid.TEXT, -1)), List.of());
    private static final Answer DONE = Answer.none("SET");
    private static final Answer BEGUN = Answer.begun();
    private static final Answer COMMITTED = Answer.ended("COMMIT");
    private static final Answer ROLLED_BACK = Answer.ended("ROLLBACK");
    private static final Answer EMPTY = Answer.empty();

    private final List<Known> known = new ArrayList<>();

    Answers() {
        know(FakeTexts.ONE.replace("?", "$1"), Answer.of(PROFILE, List.of(profile(1))));
        List<List<@Nullable String>> page = new ArrayList<>();
        for (int id = 1; id <= PAGE; id++) {
            page.add(profile(id));
        }
        know(FakeTexts.PAGE.replace("?", "$1"), Answer.of(PROFILE, page));
        // Not the one of the login: so behaves a pooler, whose clients are guarded.
        know(
                "select pg_backend_pid()",
                Answer.of(List.of(new Column("pg_backend_pid", Oid.INT4, 4)), List.of(List.of("4712"))));
        know(
                "SHOW TRANSACTION ISOLATION LEVEL",
                Answer.of(
                        List.of(new Column("transaction_isolation", Oid.TEXT, -1)),
                        List.of(List.of("read committed"))));
    }

    private static List<@Nullable String> profile(int id) {
        return Arrays.asList(
                Integer.toString(id), "name " + id, "mail" + id + "@example.org", "t", "2026-11-28 12:00:00.123456+01");
    }

    private void know(String text, Answer answer) {
        known.add(new Known(text.getBytes(UTF_8), answer));
    }

    Answer to(byte[] buffer, int from, int to) {
        for (int i = 0; i < known.size(); i++) {
            Known one = known.get(i);
            if (Arrays.equals(one.text(), 0, one.text().length, buffer, from, to)) {
                return one.answer();
            }
        }
        if (to == from) {
            return EMPTY;
        }
        return switch (buffer[from] | 0x20) {
            case 'b' -> BEGUN;
            case 'c' -> COMMITTED;
            case 'r' -> (buffer[from + 1] | 0x20) == 'o' ? ROLLED_BACK : DONE;
            case 's' -> (buffer[from + 2] | 0x20) == 't' ? DONE : NOTHING;
            default -> NOTHING;
        };
    }
}
