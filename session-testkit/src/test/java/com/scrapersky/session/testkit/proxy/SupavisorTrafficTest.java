package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.query;
import static com.scrapersky.session.testkit.proxy.Jdbc.unnamed;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.TransactionPooler;
import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** Facts seen on a running Supavisor that a client can see, one test each: what goes through as if no pooler were there. */
class SupavisorTrafficTest extends SupavisorFixture {

    @Test
    void trafficMayBeACopyInAndOut() throws Exception {
        try (Connection connection = unnamed(pooler)) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("create temp table copied (id int) on commit drop");
            }
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            assertThat(copy.copyIn("copy copied from stdin", new StringReader("1\n2\n3\n")))
                    .isEqualTo(3);
            StringWriter out = new StringWriter();
            assertThat(copy.copyOut("copy copied to stdout", out)).isEqualTo(3);
            assertThat(out).hasToString("1\n2\n3\n");
            connection.commit();
            assertThat(query(connection, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void trafficMayBeLargeValues() throws SQLException {
        String large = "x".repeat(5_000_000);
        try (Connection connection = unnamed(pooler);
                PreparedStatement statement = connection.prepareStatement("select ?::text")) {
            statement.setString(1, large);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                assertThat(rows.getString(1).equals(large)).isTrue();
            }
        }
    }

    @Test
    void trafficMayBeABatch() throws SQLException {
        try (Connection connection = unnamed(pooler)) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("create temp table batched (id int) on commit drop");
            }
            try (PreparedStatement insert = connection.prepareStatement("insert into batched values (?)")) {
                for (int i = 0; i < 300; i++) {
                    insert.setInt(1, i);
                    insert.addBatch();
                }
                assertThat(insert.executeBatch()).hasSize(300).containsOnly(1);
            }
            assertThat(query(connection, "select count(*) from batched")).isEqualTo("300");
            connection.commit();
        }
    }

    @Test
    void trafficMayBeATextOfManyStatements() throws SQLException {
        try (Connection connection = unnamed(pooler);
                Statement statement = connection.createStatement()) {
            assertThat(statement.execute("select 1; select 2; select 3")).isTrue();
            for (int expected = 1; expected <= 3; expected++) {
                try (ResultSet rows = statement.getResultSet()) {
                    rows.next();
                    assertThat(rows.getInt(1)).isEqualTo(expected);
                }
                assertThat(statement.getMoreResults(Statement.KEEP_CURRENT_RESULT))
                        .isEqualTo(expected < 3);
            }
        }
    }

    @Test
    void trafficMayBeFiftyPipelinedSyncs() throws Exception {
        try (TransactionPooler trusting = supavisor().trustClients().start();
                Wire wire = Wire.open(trusting)) {
            ByteArrayOutputStream pipeline = new ByteArrayOutputStream();
            for (int i = 0; i < 50; i++) {
                pipeline.writeBytes(Wire.parse("", "select 'answer " + i + "'"));
                pipeline.writeBytes(Wire.bind("", ""));
                pipeline.writeBytes(Wire.execute());
                pipeline.writeBytes(Wire.sync());
            }
            wire.send(pipeline.toByteArray());
            for (int i = 0; i < 50; i++) {
                assertThat(wire.untilReady()).contains("D:answer " + i, "Z:I");
            }
        }
    }
}
