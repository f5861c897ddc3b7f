package com.scrapersky.session.reliability;

import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.RetryPolicy;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A program under a steady load, whose clock its parent sets: what it is asked for in lines it answers in lines. See {@link
 * ClockedProgram}.
 */
final class ClockProgram {

    private static final Duration LENGTH = Duration.ofSeconds(1);

    private ClockProgram() {}

    /** @param arguments the URL that the load takes, and the server's own */
    public static void main(String[] arguments) throws Exception {
        String direct = arguments[1];
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(arguments[0])
                        .maximumPoolSize(4)
                        .connectionTimeout(Duration.ofSeconds(5))
                        .commitCheck(Duration.ofSeconds(10))
                        .build();
                Ledger ledger = new Ledger()) {
            ledger.work(sessions, 4, Long.parseLong(arguments[2]));
            BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = asked.readLine(); line != null; line = asked.readLine()) {
                switch (line) {
                    case "time" -> say(Long.toString(System.currentTimeMillis()));
                    case "work" -> {
                        ledger.awaitSuccesses("another time of day", 40);
                        say("worked");
                    }
                    case "connection" -> connection(direct);
                    case "pauses" -> pauses(direct);
                    case "query" -> query(direct);
                    case "end" -> {
                        ledger.close();
                        say(ledger.acknowledged() + " " + ledger.errors() + " " + differences(ledger, direct));
                    }
                    default -> throw new IllegalArgumentException(line);
                }
            }
        }
    }

    /** Waits for the only connection of a pool, which is in use. */
    private static void connection(String url) throws SQLException {
        try (DatabaseSessionFactory one = DatabaseSessionFactory.builder(url)
                        .maximumPoolSize(1)
                        .connectionTimeout(LENGTH)
                        .build();
                Connection only = one.dataSource().getConnection()) {
            if (!only.isValid(1)) {
                throw new IllegalStateException("it is sound");
            }
            fails(() -> one.sql("select 1").row());
        }
    }

    /** Two pauses between three attempts at what the server rolls back each time. */
    private static void pauses(String url) {
        Duration half = LENGTH.dividedBy(2);
        try (DatabaseSessionFactory repeating = DatabaseSessionFactory.builder(url)
                .retry(RetryPolicy.standard().withAttempts(3).withPauses(half, half))
                .build()) {
            repeating.sql("select 1").row();
            fails(() -> repeating
                    .repeatable()
                    .write(session -> session.sql("do $$ begin raise exception using errcode = '40001'; end $$")
                            .update()));
        }
    }

    /** A statement that would take a minute. */
    private static void query(String url) {
        try (DatabaseSessionFactory sessions =
                DatabaseSessionFactory.builder(url).build()) {
            sessions.sql("select 1").row();
            fails(() -> sessions.sql("select pg_sleep(60)").timeout(LENGTH).row());
        }
    }

    private static void fails(Runnable work) {
        say("waits");
        try {
            work.run();
            say("was done");
        } catch (DatabaseException expected) {
            say(expected.getClass().getSimpleName());
        }
    }

    private static String differences(Ledger ledger, String url) throws SQLException {
        try (DatabaseSessionFactory sessions =
                        DatabaseSessionFactory.builder(url).build();
                Connection connection = sessions.dataSource().getConnection()) {
            return ledger.differences(connection).toString();
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
