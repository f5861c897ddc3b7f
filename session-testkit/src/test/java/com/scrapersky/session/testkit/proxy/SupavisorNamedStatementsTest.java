package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.execute;
import static com.scrapersky.session.testkit.proxy.Jdbc.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Facts seen on a running Supavisor that a client can see, one test each: named statements switched on. */
class SupavisorNamedStatementsTest extends SupavisorFixture {

    private TransactionPooler translating;

    @BeforeEach
    void open() {
        translating = supavisor(Manners.supavisor().namedPreparedStatements(true))
                .trustClients()
                .start();
    }

    @AfterEach
    void close() {
        translating.close();
    }

    @Test
    void namedStatementsWorkOnEveryBackend() throws SQLException {
        try (Connection first = translating.connect(Map.of("prepareThreshold", "1"));
                Connection second = translating.connect(Map.of("prepareThreshold", "1"))) {
            first.setAutoCommit(false);
            for (int i = 0; i < 20; i++) {
                for (Connection connection : List.of(first, second)) {
                    try (PreparedStatement statement = connection.prepareStatement("select ?::int")) {
                        statement.setInt(1, i);
                        try (ResultSet rows = statement.executeQuery()) {
                            rows.next();
                            assertThat(rows.getInt(1)).isEqualTo(i);
                        }
                    }
                }
                first.commit();
            }
        }
    }

    private int statementsUntilTheEnd(String cache) throws SQLException {
        try (Connection connection =
                translating.connect(Map.of("prepareThreshold", "1", "preparedStatementCacheQueries", cache))) {
            for (int i = 0; i < 150; i++) {
                try (PreparedStatement statement = connection.prepareStatement("select " + i)) {
                    statement.executeQuery().close();
                } catch (SQLException e) {
                    assertState(e, "XX000", "(EMAXPREPARED) max prepared statements limit reached. Limit: 100");
                    return i;
                }
            }
            return 150;
        }
    }

    @Test
    void namedStatementsAreAHundredAtMost() throws SQLException {
        assertThat(statementsUntilTheEnd("256")).isBetween(95, 100);
        assertThat(statementsUntilTheEnd("50")).isEqualTo(150);
    }

    @Test
    void namedStatementsAreAMillionBytesAtMost() throws Exception {
        try (Wire wire = Wire.open(translating)) {
            String large = "select '" + "x".repeat(600_000) + "', ";
            for (int i = 0; i < 2; i++) {
                wire.send(Wire.parse("S_" + i, large + i), Wire.sync());
                assertThat(wire.untilReady()).containsExactly("1", "Z:I");
            }
            wire.send(Wire.parse("S_2", "select 1"), Wire.sync());
            assertThat(wire.next()).startsWith("E:FATAL:XX000:(EMAXPREPAREDMEM)");
        }
    }

    @Test
    void namedStatementsBreakTheConnectionWithAFetchSize() throws SQLException {
        try (Connection connection = translating.connect(Map.of("prepareThreshold", "1"))) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement("select * from generate_series(1, 100)")) {
                statement.setFetchSize(10);
                assertThatThrownBy(statement::executeQuery).satisfies(e -> assertState(e, "08P01", ""));
            }
            assertThat(connection.isValid(1)).isFalse();
        }
    }

    @Test
    void namedStatementsThatCannotBeParsedPoisonTheBackend() throws Exception {
        try (Wire first = Wire.open(translating);
                Wire second = Wire.open(translating)) {
            // Both backends of the pool, and the one that lets every transaction change.
            for (int i = 0; i < 4; i++) {
                first.send(Wire.parse("S_" + i, "select * from not_yet"), Wire.sync());
                String answer = first.untilReady().get(0);
                assertThat(answer.equals("Z:I") || answer.startsWith("E:ERROR:42P01"))
                        .isTrue();
            }
            try (Connection owner = postgres.connect()) {
                execute(owner, "create table not_yet (id int)");
            }
            second.send(Wire.parse("S_1", "select * from not_yet"), Wire.bind("", "S_1"), Wire.execute(), Wire.sync());
            // No ParseComplete: that of the failed Parse is still awaited, and this one's comes behind it.
            assertThat(second.untilReady().get(0)).startsWith("E:ERROR:26000");
        }
    }

    /** The same backend for whoever comes next, so that each step meets what the step before left there. */
    private static TransactionPooler ofLastUsedBackend() {
        return supavisor(Manners.supavisor().namedPreparedStatements(true))
                .trustClients()
                .poolSize(1)
                .handOver(HandOver.LAST_RELEASED)
                .start();
    }

    @Test
    void namedStatementsThatCannotBeParsedGiveTheNextClientAnAnswerTooMany() throws Exception {
        try (TransactionPooler lastUsed = ofLastUsedBackend();
                Wire first = Wire.open(lastUsed);
                Wire second = Wire.open(lastUsed)) {
            first.send(Wire.parse("S_1", "select * from absent"), Wire.sync());
            assertThat(first.untilReady().get(0)).startsWith("E:ERROR:42P01");
            // The pooler takes this one for done, and answers behind the first one's ParseComplete, which never comes.
            first.send(Wire.parse("S_2", "select * from absent"), Wire.sync());
            assertThat(first.untilReady()).containsExactly("Z:I");

            second.send(Wire.parse("S_1", "select 1"), Wire.bind("", "S_1"), Wire.execute(), Wire.sync());
            assertThat(second.untilReady()).containsExactly("1", "2", "D:1", "C:SELECT 1", "1", "Z:I");
        }
    }

    @Test
    void namedStatementsThatCannotBeParsedMakePgjdbcRunOutOfQueries() throws SQLException {
        Map<String, String> named = Map.of("prepareThreshold", "1");
        try (TransactionPooler lastUsed = ofLastUsedBackend();
                Connection first = lastUsed.connect(named);
                Connection second = lastUsed.connect(named);
                Connection third = lastUsed.connect(named)) {
            assertThatThrownBy(() -> executeNamed(first, "select * from absent"))
                    .satisfies(e -> assertState(e, "42P01", "absent"));
            // 26000, which the driver takes for a statement that it may parse once more.
            assertThatThrownBy(() -> executeNamed(second, "select * from absent"))
                    .satisfies(e -> assertState(e, "42P01", "absent"));

            assertThatThrownBy(() -> executeNamed(third, "select 1")).isInstanceOf(NoSuchElementException.class);
        }
    }

    private static void executeNamed(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.executeQuery().close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"discard all", "deallocate all"})
    void namedStatementsDisappearUnnoticed(String all) throws SQLException {
        try (Connection first = translating.connect(Map.of("prepareThreshold", "1"));
                Connection second = unnamed(translating)) {
            first.setAutoCommit(false);
            try (PreparedStatement statement = first.prepareStatement("select 'kept'")) {
                for (int i = 0; i < 6; i++) {
                    statement.executeQuery().close();
                    first.commit();
                }
                for (int i = 0; i < 8; i++) {
                    execute(second, all);
                }
                assertThatThrownBy(() -> {
                            statement.executeQuery().close();
                            first.commit();
                        })
                        .satisfies(e -> assertState(e, "26000", "does not exist"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"prepare p as select 1", "execute p", "select 1; DEALLOCATE ALL"})
    void namedStatementsAreFatalInASimpleQuery(String sql) throws Exception {
        try (Wire wire = Wire.open(translating)) {
            wire.send(Wire.query(sql));
            assertThat(wire.until('?'))
                    .containsExactly(
                            "E:FATAL:XX000:(EPSSIMPLEQUERY) transaction mode only supports prepared statements using"
                                    + " the Extended Query Protocol",
                            "EOF");
        }
    }

    @Test
    void namedStatementsAreTwiceOrNotThere() throws Exception {
        try (Wire wire = Wire.open(translating)) {
            wire.send(Wire.parse("S_1", "select 1"), Wire.parse("S_1", "select 1"), Wire.sync());
            assertThat(wire.until('E'))
                    .last()
                    .isEqualTo("E:FATAL:42P05:(EPREPAREDDUP) prepared statement \"S_1\" already exists");
        }
        try (Wire wire = Wire.open(translating)) {
            wire.send(Wire.bind("", "S_1"), Wire.sync());
            assertThat(wire.next())
                    .isEqualTo("E:FATAL:26000:(EPREPAREDNOTFOUND) prepared statement \"S_1\" does not exist");
        }
    }
}
