package com.scrapersky.session.errors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.scrapersky.session.ConnectionException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.ErrorClass;
import com.scrapersky.session.functional.Route;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.TransactionPooler;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A password that was changed under a running program: it tells so, and locks nobody out. */
class RefusedLoginTest {

    private static TransactionPooler.Builder supavisor(String password) {
        return TransactionPooler.supavisor(Route.postgres().url())
                .poolSize(1)
                .handOver(HandOver.LONGEST_IDLE)
                .user("rotated", password);
    }

    @Test
    void leavesItsNeighboursAlone() throws Exception {
        Route.postgres().execute("drop role if exists rotated", "create role rotated login password 'old password'");
        TransactionPooler before = supavisor("old password").start();
        int port = before.port();
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(before.url())
                .user(before.user().replaceFirst("^[^.]*", "rotated"))
                .password("old password")
                .maximumPoolSize(4)
                .connectionTimeout(Duration.ofSeconds(5))
                .build()) {
            assertThat(sessions.sql("select 1").single(Integer.class)).isEqualTo(1);
            before.close();
            Route.postgres().execute("alter role rotated password 'new password'");
            try (TransactionPooler after = supavisor("new password").port(port).start()) {
                // Each makes HikariCP try several times, and Supavisor locks an address out after ten wrong passwords.
                for (int caller = 0; caller < 12; caller++) {
                    catchThrowableOfType(
                            ConnectionException.class,
                            () -> sessions.sql("select 1").row());
                }
                try (DatabaseSessionFactory neighbour = DatabaseSessionFactory.open(after.url())) {
                    assertThat(neighbour.sql("select 2").single(Integer.class)).isEqualTo(2);
                }
                long begun = System.nanoTime();
                ConnectionException told = tellsSo(sessions);
                assertThat(Duration.ofNanos(System.nanoTime() - begun))
                        .as("nobody waits for what is known")
                        .isLessThan(Duration.ofMillis(2500));
                assertThat(told)
                        .hasMessageContaining("password authentication failed")
                        .hasMessageContaining("not tried again for another")
                        .hasMessageNotContaining("old password");
                assertThat(told.errorClass()).isEqualTo(ErrorClass.CONFIGURATION);
                assertThat(told.sqlState()).hasValue("28P01");
                assertThat(told.retryAfter())
                        .hasValueSatisfying(pause -> assertThat(pause).isGreaterThan(Duration.ofSeconds(120)));
            }
        }
    }

    private static ConnectionException tellsSo(DatabaseSessionFactory sessions) {
        ConnectionException told;
        do {
            // The first ones may meet the connection of before, or nobody at the port.
            told = catchThrowableOfType(
                    ConnectionException.class, () -> sessions.sql("select 1").row());
        } while (told == null || told.errorClass() != ErrorClass.CONFIGURATION);
        return told;
    }
}
