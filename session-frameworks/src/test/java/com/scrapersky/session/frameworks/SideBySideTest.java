package com.scrapersky.session.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.Leak;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.Pooler;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.PoolerTest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** That the comparison finds what it is for: a plain pool is not good enough behind these poolers. */
class SideBySideTest {

    /** Fifty transactions of one client, alone: no two in a row on the same backend. */
    @ThroughEachPooler
    void everyTransactionGetsAnotherBackend(PoolerLab pooler) throws Exception {
        List<Integer> backends = new ArrayList<>();
        SideBySide.assertSameAsDirect(pooler, (dataSource, transcript) -> {
            backends.clear();
            try (Connection connection = dataSource.getConnection()) {
                transcript.transactions(() -> number(connection, "select pg_backend_pid()"));
                for (int i = 0; i < 50; i++) {
                    // Every other one is a transaction of two statements.
                    connection.setAutoCommit(i % 2 == 0);
                    int backend = number(connection, "select pg_backend_pid()");
                    if (i % 2 == 1) {
                        transcript.saw("the same backend", backend == number(connection, "select pg_backend_pid()"));
                        connection.commit();
                    }
                    backends.add(backend);
                }
            }
        });
        for (int i = 1; i < backends.size(); i++) {
            assertThat(backends.get(i)).as("transaction %s of %s", i, backends).isNotEqualTo(backends.get(i - 1));
        }
    }

    @PoolerTest(
            poolers = {Pooler.PGBOUNCER_1_18, Pooler.PGBOUNCER_1_26, Pooler.ODYSSEY_BARE, Pooler.HOSTILE_SUPAVISOR},
            poolSize = 6,
            mustNotLeak = false)
    void findsWhatAPlainPoolGetsWrong(PoolerLab pooler, LeakProbe probe) {
        assertThatThrownBy(() -> SideBySide.assertSameAsDirect(pooler, Subject.PLAIN_POOL, this::hasty))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("level: serializable  <direct | pooled>  level: read committed");
        assertThat(probe.leaks()).extracting(Leak::name).contains("statement_timeout");
    }

    private void hasty(DataSource dataSource, Transcript transcript) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("set statement_timeout = '9s'");
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            connection.setAutoCommit(false);
            try (ResultSet row = statement.executeQuery("select current_setting('transaction_isolation')")) {
                row.next();
                transcript.saw("level", row.getString(1));
            }
            connection.commit();
        }
    }

    private static int number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getInt(1);
        }
    }
}
