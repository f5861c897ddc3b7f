package com.scrapersky.session.frameworks.spring;

import com.scrapersky.session.frameworks.Transcript;
import com.scrapersky.session.frameworks.UserProgram;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Times, which depend on the time zone that the driver gives the server when it connects. */
final class TimesProgram implements UserProgram {

    @Override
    public void run(DataSource dataSource, Transcript transcript) throws Exception {
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        jdbc.execute("create table event (id int primary key, moment timestamptz, text text)");
        LocalDateTime noon = LocalDateTime.of(2026, 7, 1, 12, 0);
        jdbc.update("insert into event (id, moment) values (1, ?)", noon);
        jdbc.update("insert into event (id, moment) values (2, ?)", Timestamp.valueOf(noon));
        jdbc.update("insert into event (id, moment) values (3, ?)", OffsetDateTime.parse("2026-07-01T12:00:00Z"));
        jdbc.update("insert into event (id, moment) values (4, ?::timestamptz)", "2026-07-01 12:00");
        jdbc.update("update event set text = moment::text");
        for (int id = 1; id <= 4; id++) {
            transcript.saw("text " + id, jdbc.queryForObject("select text from event where id = ?", String.class, id));
            transcript.saw(
                    "instant " + id,
                    instant(jdbc.queryForObject("select moment from event where id = ?", OffsetDateTime.class, id)));
        }
        transcript.saw(
                "days",
                jdbc.queryForList("select date_trunc('day', moment)::text from event order by id", String.class));
        transcript.transactions(() -> jdbc.queryForObject("select pg_backend_pid()", Integer.class));
        transcript.saw("zone", jdbc.queryForObject("select current_setting('TimeZone')", String.class));
    }

    private static Instant instant(OffsetDateTime moment) {
        return moment.toInstant();
    }
}
