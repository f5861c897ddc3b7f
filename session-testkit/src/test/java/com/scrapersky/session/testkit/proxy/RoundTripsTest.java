package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.execute;
import static com.scrapersky.session.testkit.proxy.Jdbc.query;
import static com.scrapersky.session.testkit.proxy.Jdbc.unnamed;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.RoundTrips;
import com.scrapersky.session.testkit.TransactionPooler;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

class RoundTripsTest {

    private static PostgresLab postgres;
    private static TransactionPooler pooler;

    @BeforeAll
    static void start() {
        postgres = PostgresLab.start();
        pooler = TransactionPooler.pgBouncer118(postgres.url())
                .poolSize(2)
                .user("postgres", postgres.password())
                .start();
    }

    @AfterAll
    static void stop() {
        pooler.close();
        postgres.close();
    }

    @Test
    void countsALogin() throws Exception {
        // SSLRequest, startup and two steps of SCRAM, SET application_name.
        assertThat(RoundTrips.of(() -> unnamed(pooler).close())).isEqualTo(5);
        Map<String, String> shortest =
                Map.of("sslmode", "disable", "gssEncMode", "disable", "assumeMinServerVersion", "12");
        assertThat(RoundTrips.of(() -> pooler.connect(shortest).close())).isEqualTo(3);
    }

    @Test
    void countsStatementsAndTransactions() throws Exception {
        try (Connection connection = unnamed(pooler)) {
            assertThat(RoundTrips.of(() -> query(connection, "select 1"))).isEqualTo(1);
            assertThat(RoundTrips.of(() -> execute(connection, "select 1; select 2; select 3")))
                    .isEqualTo(1);
            connection.setAutoCommit(false);
            assertThat(RoundTrips.of(() -> {
                        query(connection, "select 1");
                        query(connection, "select 2");
                        query(connection, "select 3");
                        connection.commit();
                    }))
                    .isEqualTo(4);
            assertThat(RoundTrips.of(() -> {
                        query(connection, "select 1");
                        Savepoint savepoint = connection.setSavepoint();
                        connection.rollback(savepoint);
                        connection.rollback();
                    }))
                    .isEqualTo(4);
            assertThat(RoundTrips.of(connection::commit)).isZero();
        }
    }

    @Test
    void countsBatchesFetchesAndCopies() throws Exception {
        try (Connection connection = unnamed(pooler)) {
            connection.setAutoCommit(false);
            execute(connection, "create temp table temporary (id int, name text) on commit drop");
            try (PreparedStatement insert = connection.prepareStatement("insert into temporary values (?, ?)")) {
                fill(insert, 200);
                assertThat(RoundTrips.of(insert::executeBatch)).isEqualTo(1);
                // pgjdbc waits in between when the answers could fill the socket's buffers, every 256 rows.
                fill(insert, 500);
                assertThat(RoundTrips.of(insert::executeBatch)).isEqualTo(2);
            }
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(100);
                assertThat(RoundTrips.of(() -> {
                            try (ResultSet rows = statement.executeQuery("select * from temporary limit 450")) {
                                while (rows.next()) {
                                    rows.getInt(1);
                                }
                            }
                        }))
                        .isEqualTo(5);
            }
            byte[] data = "1\ta\n".repeat(100_000).getBytes(StandardCharsets.UTF_8);
            assertThat(RoundTrips.of(() -> connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn("copy temporary from stdin", new ByteArrayInputStream(data))))
                    .isEqualTo(2);
            connection.rollback();
        }
    }

    private static void fill(PreparedStatement insert, int rows) throws SQLException {
        for (int i = 0; i < rows; i++) {
            insert.setInt(1, i);
            insert.setString(2, "name");
            insert.addBatch();
        }
    }

    @Test
    void countsAFlushAndAPipelineOnce() throws Exception {
        try (TransactionPooler trusting = TransactionPooler.pgBouncer118(postgres.url())
                        .trustClients()
                        .start();
                Wire wire = Wire.open(trusting)) {
            assertThat(RoundTrips.of(trusting, () -> {
                        wire.send(Wire.parse("", "select 1"), Wire.describe('S', ""), Wire.flush());
                        wire.until('T');
                        wire.send(Wire.bind("", ""), Wire.execute(), Wire.sync());
                        wire.untilReady();
                    }))
                    .isEqualTo(2);
            assertThat(RoundTrips.of(trusting, () -> {
                        wire.send(Wire.parse("", "selec"), Wire.flush());
                        wire.until('E');
                        wire.send(Wire.sync());
                        wire.untilReady();
                    }))
                    .isEqualTo(2);
            assertThat(RoundTrips.of(trusting, () -> {
                        byte[] one = Wire.query("select 1");
                        wire.send(one, one, one);
                        wire.untilReady();
                        wire.untilReady();
                        wire.untilReady();
                    }))
                    .isEqualTo(1);
        }
    }
}
