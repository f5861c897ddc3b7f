package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.execute;
import static com.scrapersky.session.testkit.proxy.Jdbc.query;
import static com.scrapersky.session.testkit.proxy.Jdbc.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.io.ByteArrayInputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** Everything that the protocol allows has to come through the pooler as it would come directly. */
class ProtocolTest {

    private static PostgresLab postgres;
    private TransactionPooler pooler;

    @BeforeAll
    static void start() {
        postgres = PostgresLab.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void open() throws SQLException {
        pooler = TransactionPooler.pgBouncer118(postgres.url())
                .poolSize(2)
                .trustClients()
                .start();
        try (Connection connection = postgres.connect()) {
            execute(connection, "drop table if exists item");
            execute(connection, "create table item (id int primary key, name text)");
        }
    }

    @AfterEach
    void close() {
        pooler.close();
    }

    @Test
    void copiesInAndOut() throws Exception {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            rows.append(i).append('\t').append("name ").append(i).append('\n');
        }
        try (Connection connection = unnamed(pooler)) {
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            byte[] bytes = rows.toString().getBytes(StandardCharsets.UTF_8);
            assertThat(copy.copyIn("copy item from stdin", new ByteArrayInputStream(bytes)))
                    .isEqualTo(100_000);
            StringWriter back = new StringWriter();
            copy.copyOut("copy item to stdout", back);
            assertThat(back).hasToString(rows.toString());
        }
    }

    @Test
    void survivesACopyThatFails() throws Exception {
        try (Connection connection = unnamed(pooler)) {
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            byte[] bytes = "not a number\tx\n".repeat(50_000).getBytes(StandardCharsets.UTF_8);
            assertThatThrownBy(() -> copy.copyIn("copy item from stdin", new ByteArrayInputStream(bytes)))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("invalid input syntax");
            assertThat(query(connection, "select count(*) from item")).isEqualTo("0");
        }
    }

    @Test
    void copiesInWithTheExtendedProtocolAndAnEarlySync() throws Exception {
        try (Wire wire = Wire.open(pooler)) {
            // What libpq's PQsendQueryParams does: the Sync behind the Execute is ignored by the server.
            wire.send(Wire.parse("", "copy item from stdin"), Wire.bind("", ""), Wire.execute(), Wire.sync());
            assertThat(wire.until('G')).containsExactly("1", "2", "G");
            wire.send(Wire.copyData("1\ta\n"), Wire.copyDone(), Wire.sync());
            assertThat(wire.untilReady()).containsExactly("C:COPY 1", "Z:I");
            String first = pid(wire);
            assertThat(pid(wire)).isNotEqualTo(first);
        }
    }

    private static String pid(Wire wire) throws Exception {
        wire.send(Wire.query("select pg_backend_pid()"));
        return wire.untilReady().get(1);
    }

    @Test
    void pipelinesManySyncs() throws Exception {
        try (Wire wire = Wire.open(pooler)) {
            List<byte[]> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                all.add(Wire.parse("", "select " + i));
                all.add(Wire.bind("", ""));
                all.add(Wire.execute());
                all.add(Wire.sync());
            }
            wire.send(all.toArray(byte[][]::new));
            for (int i = 0; i < 50; i++) {
                assertThat(wire.untilReady()).contains("D:" + i, "Z:I");
            }
            String first = pid(wire);
            assertThat(pid(wire)).isNotEqualTo(first);
        }
    }

    @Test
    void answersAFlushWithoutLettingTheBackendGo() throws Exception {
        try (Wire wire = Wire.open(pooler)) {
            String before = pid(wire);
            wire.send(Wire.parse("", "select pg_backend_pid()"), Wire.describe('S', ""), Wire.flush());
            assertThat(wire.until('T')).containsExactly("1", "t", "T");
            wire.send(Wire.bind("", ""), Wire.execute(), Wire.sync());
            List<String> answer = wire.untilReady();
            assertThat(answer).contains("2", "Z:I");
            assertThat(answer.get(1)).isNotEqualTo(before);
        }
    }

    @Test
    void skipsToTheSyncAfterAnError() throws Exception {
        try (Wire wire = Wire.open(pooler)) {
            wire.send(
                    Wire.parse("", "selec"),
                    Wire.bind("", ""),
                    Wire.execute(),
                    Wire.sync(),
                    Wire.parse("", "select 1"),
                    Wire.bind("", ""),
                    Wire.execute(),
                    Wire.sync());
            assertThat(wire.untilReady()).hasSize(2).last().isEqualTo("Z:I");
            assertThat(wire.untilReady()).contains("D:1", "Z:I");
            // An error before the Sync has been sent.
            wire.send(Wire.parse("", "selec"), Wire.flush());
            assertThat(wire.until('E').get(0)).contains("42601");
            wire.send(Wire.parse("", "select 1"), Wire.query("select 2"), Wire.sync());
            assertThat(wire.untilReady()).containsExactly("Z:I");
            String first = pid(wire);
            assertThat(pid(wire)).isNotEqualTo(first);
        }
    }

    @Test
    void acceptsMessagesInSmallPieces() throws Exception {
        try (Wire wire = Wire.open(pooler)) {
            for (byte each : Wire.query("select 'piece by piece'")) {
                wire.send(new byte[] {each});
            }
            assertThat(wire.untilReady()).contains("D:piece by piece", "Z:I");
        }
    }

    @Test
    void carriesLargeValuesBothWays() throws Exception {
        try (Connection connection = unnamed(pooler);
                PreparedStatement statement = connection.prepareStatement("select ?::text")) {
            String large = "x".repeat(20_000_000);
            statement.setString(1, large);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                assertThat(rows.getString(1)).isEqualTo(large);
            }
        }
    }

    @Test
    void streamsALargeResultToASlowReader() throws Exception {
        try (Connection connection = unnamed(pooler);
                Connection other = unnamed(pooler)) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(1000);
                long sum = 0;
                try (ResultSet rows =
                        statement.executeQuery("select repeat('y', 1000) from generate_series(1, 30000)")) {
                    while (rows.next()) {
                        sum += rows.getString(1).length();
                        if (rows.getRow() % 10_000 == 0) {
                            assertThat(query(other, "select 1")).isEqualTo("1");
                        }
                    }
                }
                assertThat(sum).isEqualTo(30_000_000);
            }
            connection.commit();
        }
    }

    @Test
    void doesNotKeepWhatASlowReaderDoesNotTake() throws Exception {
        try (Wire wire = Wire.open(pooler)) {
            wire.send(Wire.query("select repeat('z', 1000) from generate_series(1, 100000)"));
            wire.next();
            // Meanwhile the pooler works for others, and has not read a hundred megabytes from the server.
            try (Connection other = unnamed(pooler)) {
                assertThat(query(other, "select 1")).isEqualTo("1");
            }
            assertThat(pooler.counters().bytesFromServer()).isLessThan(50_000_000);
            assertThat(wire.untilReady()).hasSize(100_002);
        }
    }

    @Test
    void speaksOnlyProtocol30AndSaysSo() throws Exception {
        try (Wire wire = Wire.raw(pooler)) {
            byte[] startup = com.scrapersky.session.testkit.internal.protocol.MessageWriter.untyped()
                    .int32(196610)
                    .text("user")
                    .text(pooler.user())
                    .text("database")
                    .text(pooler.database())
                    .int8(0)
                    .toBytes();
            wire.send(startup);
            assertThat(wire.untilReady()).startsWith("v", "R").endsWith("K", "Z:I");
        }
    }
}
