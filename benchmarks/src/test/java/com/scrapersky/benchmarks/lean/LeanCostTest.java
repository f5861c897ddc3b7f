package com.scrapersky.benchmarks.lean;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.benchmarks.fake.FakeTexts;
import com.scrapersky.benchmarks.guard.FakePools;
import com.scrapersky.benchmarks.measure.Reading;
import com.scrapersky.benchmarks.measure.SideBySide;
import com.scrapersky.benchmarks.measure.Subject;
import com.scrapersky.session.DatabaseSessionFactory;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What {@code sql(…)} allocates beside the same work over pgjdbc and HikariCP by hand, in the same run. */
class LeanCostTest {

    /** Public: the library makes one of each row. */
    public record Profile(int id, String name, String email, boolean active, OffsetDateTime createdAt) {}

    private static final String ONE = FakeTexts.ONE.replace("?", ":id");
    private static final String PAGE = FakeTexts.PAGE.replace("?", ":after");

    @Test
    void aRowTakesFewerBytesThanByHand() throws Exception {
        try (HikariDataSource pool = FakePools.plain();
                DatabaseSessionFactory sessions = FakePools.guarded()) {
            assertThat(sessions.sql(ONE).param("id", 1).single(Profile.class))
                    .isEqualTo(byHand(pool, FakeTexts.ONE).get(0));
            SideBySide run = new SideBySide(List.of(
                            new Subject(
                                    "by hand", () -> byHand(pool, FakeTexts.ONE).get(0)),
                            new Subject(
                                    "ours",
                                    () -> sessions.sql(ONE).param("id", 1).single(Profile.class))))
                    .warmUp(2, 10_000)
                    .run(9, 1_000);
            assertThat(bytes(run, "ours")).isLessThan(bytes(run, "by hand"));
        }
    }

    @Test
    void aPageTakesFewerBytesThanByHand() throws Exception {
        try (HikariDataSource pool = FakePools.plain();
                DatabaseSessionFactory sessions = FakePools.guarded()) {
            assertThat(sessions.sql(PAGE).param("after", 1).list(Profile.class))
                    .isEqualTo(byHand(pool, FakeTexts.PAGE));
            SideBySide run = new SideBySide(List.of(
                            new Subject("by hand", () -> byHand(pool, FakeTexts.PAGE)),
                            new Subject(
                                    "ours",
                                    () -> sessions.sql(PAGE).param("after", 1).list(Profile.class))))
                    .warmUp(2, 2_000)
                    .run(9, 100);
            assertThat(bytes(run, "ours")).isLessThan(bytes(run, "by hand"));
        }
    }

    private static double bytes(SideBySide run, String subject) {
        return run.of(subject, Reading::bytes).median();
    }

    private static List<Profile> byHand(DataSource pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, 1);
            try (ResultSet rows = statement.executeQuery()) {
                List<Profile> profiles = new ArrayList<>();
                while (rows.next()) {
                    profiles.add(new Profile(
                            rows.getInt(1),
                            rows.getString(2),
                            rows.getString(3),
                            rows.getBoolean(4),
                            rows.getObject(5, OffsetDateTime.class)));
                }
                return profiles;
            }
        }
    }
}
