package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {

    private static PostgresLab postgres;

    @BeforeAll
    static void start() {
        postgres = PostgresLab.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void encryptsForAClientThatChecksTheCertificate(@TempDir Path directory) throws Exception {
        try (TransactionPooler pooler =
                TransactionPooler.builder(postgres).tls().poolSize(2).start()) {
            Path root = Files.writeString(directory.resolve("root.crt"), pooler.certificate());
            Map<String, String> checking =
                    Map.of("sslmode", "verify-full", "sslrootcert", root.toString(), "prepareThreshold", "0");
            try (Connection connection = pooler.connect(checking);
                    PreparedStatement echo = connection.prepareStatement("select ?::text")) {
                String large = "x".repeat(3_000_000);
                echo.setString(1, large);
                try (ResultSet rows = echo.executeQuery()) {
                    rows.next();
                    assertThat(rows.getString(1)).isEqualTo(large);
                }
                assertThat(query(
                                connection,
                                "select count(*) from (select repeat('y', 100) from"
                                        + " generate_series(1, 100000)) as many"))
                        .isEqualTo("100000");
            }
            try (Connection plain = pooler.connect(Map.of("sslmode", "disable", "prepareThreshold", "0"))) {
                assertThat(query(plain, "select 1")).isEqualTo("1");
            }
        }
    }

    @Test
    void cancelsOverTls() throws SQLException {
        try (TransactionPooler pooler =
                        TransactionPooler.builder(postgres).tls().start();
                Connection connection = pooler.connect(Map.of("sslmode", "require", "prepareThreshold", "0"));
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            assertThatThrownBy(() -> statement.execute("select pg_sleep(60)"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
        }
    }

    @Test
    void mayBeRequired() throws SQLException {
        try (TransactionPooler pooler = TransactionPooler.builder(postgres)
                .preset(Manners.supavisor())
                .requireTls()
                .start()) {
            assertThatThrownBy(() -> pooler.connect(Map.of("sslmode", "disable")))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("(ESSLREQUIRED) SSL connection is required for user: postgres.tenant");
            pooler.connect(Map.of("sslmode", "require")).close();
            assertThatThrownBy(() -> pooler.connect(Map.of("sslmode", "require", "channelBinding", "require")))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08004"));
            assertThatThrownBy(() -> pooler.connect(Map.of("sslmode", "require", "sslNegotiation", "direct")))
                    .isInstanceOf(SQLException.class);
        }
        try (TransactionPooler pooler =
                TransactionPooler.builder(postgres).requireTls().start()) {
            assertThatThrownBy(() -> pooler.connect(Map.of("sslmode", "disable")))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("SSL required");
        }
    }
}
