package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.MayLeak;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** {@code doctor watch}: it sees what others leave and hold, and leaves nothing itself. */
class WatchTest {

    @Test
    @MayLeak("somebody leaves what the doctor is to see")
    void seesSwitchesAndLeavings() throws SQLException {
        try (PostgresLab postgres = PostgresLab.start();
                TransactionPooler pooler = TransactionPooler.builder(postgres)
                        .poolSize(2)
                        .handOver(HandOver.LONGEST_IDLE)
                        .start();
                Connection stranger = pooler.connect();
                Statement statement = stranger.createStatement()) {
            statement.execute("set lock_timeout = '7s'");
            statement.execute("listen jobs");
            try (LeakProbe probe = LeakProbe.before(pooler)) {
                Run run = Run.of("watch", "--times", "4", "--every", "0.1", pooler.url());
                assertThat(run.exitCode()).isZero();
                assertThat(run.out())
                        .contains("3 in 4 looks, over 2 backends")
                        .contains("lock_timeout=7000")
                        .contains("listens to jobs");
                probe.assertNothingLeaked();
            }
        }
    }

    @Test
    void tellsWhyItCannot() {
        Run run = Run.of("watch", "postgres://app:secret@127.0.0.1:1/shop");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out()).contains("host-unreachable");
        assertThat(Run.of("watch").exitCode()).isEqualTo(2);
    }
}
