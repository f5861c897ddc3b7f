package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.execute;
import static com.scrapersky.session.testkit.proxy.Jdbc.query;
import static com.scrapersky.session.testkit.proxy.Jdbc.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the answers have to be was read off a real PgBouncer 1.26.1, message by message. */
class PgBouncer126Test {

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
    void open() {
        pooler = TransactionPooler.pgBouncer126(postgres.url())
                .poolSize(2)
                .trustClients()
                .start();
    }

    @AfterEach
    void close() {
        pooler.close();
    }

    @Test
    void carriesNamedStatementsFromBackendToBackend() throws SQLException {
        try (Connection first = pooler.connect(Map.of("prepareThreshold", "1"));
                Connection second = pooler.connect(Map.of("prepareThreshold", "1"))) {
            first.setAutoCommit(false);
            for (int i = 0; i < 20; i++) {
                for (Connection connection : new Connection[] {first, second}) {
                    try (PreparedStatement statement = connection.prepareStatement("select ?::int + 1")) {
                        statement.setInt(1, i);
                        try (ResultSet rows = statement.executeQuery()) {
                            rows.next();
                            assertThat(rows.getInt(1)).isEqualTo(i + 1);
                        }
                    }
                }
                first.commit();
            }
            assertThat(pooler.counters().namedBinds()).isGreaterThan(30);
            assertThat(pooler.counters().sameBackendAgain()).isZero();
        }
    }

    @Test
    void keepsAFetchSizeWorking() throws SQLException {
        try (Connection connection = pooler.connect(Map.of("prepareThreshold", "1"))) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement("select * from generate_series(1, ?)")) {
                statement.setFetchSize(10);
                for (int round = 0; round < 3; round++) {
                    statement.setInt(1, 95);
                    int count = 0;
                    try (ResultSet rows = statement.executeQuery()) {
                        while (rows.next()) {
                            count++;
                        }
                    }
                    assertThat(count).isEqualTo(95);
                    connection.commit();
                }
            }
        }
    }

    @Test
    void evictsTheLongestUnusedStatement() throws SQLException {
        try (TransactionPooler small = TransactionPooler.builder(postgres)
                        .preset(Manners.pgBouncer126().maximumPreparedStatements(3))
                        .poolSize(1)
                        .start();
                Connection connection = small.connect(Map.of("prepareThreshold", "1"))) {
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 8; i++) {
                    try (PreparedStatement statement = connection.prepareStatement("select " + i)) {
                        statement.executeQuery().close();
                    }
                }
            }
            assertThat(query(connection, "select count(*) from pg_prepared_statements"))
                    .isEqualTo("3");
        }
    }

    @Test
    void poisonsEverybodyAfterDdl() throws SQLException {
        try (Connection owner = unnamed(pooler)) {
            execute(owner, "create table shape (a int)");
        }
        try (Connection connection = pooler.connect(Map.of("prepareThreshold", "1"));
                PreparedStatement statement = connection.prepareStatement("select * from shape")) {
            connection.setAutoCommit(false);
            statement.executeQuery().close();
            connection.commit();
            statement.executeQuery().close();
            connection.commit();
            try (Connection owner = unnamed(pooler)) {
                execute(owner, "alter table shape add b int");
            }
            assertThatThrownBy(statement::executeQuery)
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("0A000"));
        }
    }

    @Test
    void answersAsTheRealOne() throws Exception {
        try (Wire wire = Wire.open(pooler)) {
            wire.send(Wire.parse("S_1", "select 1"), Wire.bind("", "S_1"), Wire.execute(), Wire.sync());
            assertThat(wire.untilReady()).containsExactly("1", "2", "D:1", "C:SELECT 1", "Z:I");
            wire.send(Wire.parse("E_1", "selec 1"), Wire.bind("", "E_1"), Wire.execute(), Wire.sync());
            assertThat(wire.untilReady()).containsExactly("E:ERROR:42601:syntax error at or near \"selec\"", "Z:I");
            wire.send(Wire.bind("", "E_1"), Wire.execute(), Wire.sync());
            assertThat(wire.untilReady()).containsExactly("E:ERROR:42601:syntax error at or near \"selec\"", "Z:I");
            wire.send(Wire.close('S', "nope"), Wire.sync());
            assertThat(wire.untilReady()).containsExactly("3", "Z:I");
            wire.send(Wire.close('S', "S_1"), Wire.parse("S_1", "select 2"), Wire.describe('S', "S_1"), Wire.sync());
            assertThat(wire.untilReady()).containsExactly("3", "1", "t", "T", "Z:I");
            wire.send(Wire.parse("S_1", "select 1"), Wire.sync());
            assertThat(wire.until('?'))
                    .containsExactly("E:FATAL:08P01:prepared statement name is already in use", "EOF");
        }
        try (Wire wire = Wire.open(pooler)) {
            wire.send(Wire.bind("", "S_9"), Wire.execute(), Wire.sync());
            assertThat(wire.until('?')).containsExactly("E:FATAL:08P01:prepared statement did not exist", "EOF");
        }
        for (String all : new String[] {"discard all", "deallocate all"}) {
            try (Wire wire = Wire.open(pooler)) {
                wire.send(Wire.parse("D_1", "select 1"), Wire.sync());
                wire.untilReady();
                wire.send(Wire.query(all));
                wire.untilReady();
                wire.send(Wire.bind("", "D_1"), Wire.execute(), Wire.sync());
                assertThat(wire.until('?')).containsExactly("E:FATAL:08P01:prepared statement did not exist", "EOF");
            }
        }
    }

    @Test
    void readsOptions() throws Exception {
        try (Wire wire = Wire.open(pooler, Map.of("options", "-c search_path=a,\\ b --IntervalStyle=iso_8601"))) {
            assertThat(wire.greeting).contains("S:search_path a, b", "S:IntervalStyle iso_8601");
            for (int i = 0; i < 3; i++) {
                wire.send(Wire.query("show search_path"));
                assertThat(wire.untilReady()).contains("D:a, b");
            }
        }
        assertThat(refusal(Map.of("options", "-c statement_timeout=5s")))
                .isEqualTo("E:FATAL:08P01:unsupported startup parameter in options: statement_timeout");
        assertThat(refusal(Map.of("options", "-x")))
                .isEqualTo("E:FATAL:08P01:unsupported options startup parameter: only '-c config=val' and"
                        + " '--config=val' are allowed");
        assertThat(refusal(Map.of("foo", "bar"))).isEqualTo("E:FATAL:08P01:unsupported startup parameter: foo");
    }

    private String refusal(Map<String, String> parameters) throws Exception {
        try (Wire wire = Wire.open(pooler, parameters)) {
            return wire.greeting.get(0);
        }
    }

    @Test
    void endsAClientWhoseSettingsTheServerRefuses() throws Exception {
        try (Wire wire = Wire.open(pooler, Map.of("TimeZone", "Nowhere/Land"))) {
            wire.send(Wire.query("select 1"));
            assertThat(wire.until('?')).containsExactly("E:FATAL:08P01:invalid server parameter", "EOF");
        }
        try (Connection connection = unnamed(pooler)) {
            assertThat(query(connection, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void carriesTheSearchPathAndTheReadOnlyDefaultAlong() throws SQLException {
        try (Connection first = unnamed(pooler);
                Connection second = unnamed(pooler);
                Statement statement = first.createStatement()) {
            statement.execute("set search_path = a, \"B c\"");
            statement.execute("set default_transaction_read_only = on");
            for (int i = 0; i < 4; i++) {
                assertThat(query(first, "show search_path")).isEqualTo("a, \"B c\"");
                assertThat(query(first, "show default_transaction_read_only")).isEqualTo("on");
                assertThat(query(second, "show search_path")).isEqualTo("\"$user\", public");
                assertThat(query(second, "show default_transaction_read_only")).isEqualTo("off");
            }
        }
    }
}
