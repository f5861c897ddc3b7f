package com.scrapersky.session.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OdysseyLabTest {

    private static final Map<String, String> UNNAMED = Map.of("prepareThreshold", "0");

    private static PostgresLab postgres;

    @BeforeAll
    static void startPostgres() {
        postgres = PostgresLab.start();
        postgres.execute("create role visitor login password 'secret'");
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @ParameterizedTest(name = "prepared {0}, discard {1}")
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void putsEachTransactionWhereTheTestSays(boolean prepared, boolean discard) throws SQLException {
        try (OdysseyLab pooler = OdysseyLab.builder(postgres)
                        .reservePreparedStatements(prepared)
                        .discard(discard)
                        .poolSize(3)
                        .start();
                Backends backends = Backends.of(pooler);
                Connection subject = pooler.connect(UNNAMED)) {
            List<Integer> pids = backends.pids();
            assertThat(pids).hasSize(3);
            for (int round = 0; round < 3; round++) {
                for (int pid : pids) {
                    assertThat(backends.on(pid, () -> text(subject, "select pg_backend_pid()")))
                            .isEqualTo(Integer.toString(pid));
                    assertThat(backends.lastPid()).isEqualTo(pid);
                }
            }
            int last = backends.lastPid();
            assertThat(backends.onAnother(() -> text(subject, "select pg_backend_pid()")))
                    .isNotEqualTo(Integer.toString(last));
        }
    }

    @Test
    void carriesNamedStatementsOverOnlyWithReserve() throws SQLException {
        try (OdysseyLab pooler = OdysseyLab.builder(postgres).poolSize(2).start()) {
            assertThat(namedStatementOnEachBackend(pooler)).isEqualTo("1");
        }
        try (OdysseyLab pooler = OdysseyLab.builder(postgres)
                .poolSize(2)
                .reservePreparedStatements(false)
                .start()) {
            assertThatThrownBy(() -> namedStatementOnEachBackend(pooler)).hasMessageContaining("\"S_");
        }
    }

    private static String namedStatementOnEachBackend(OdysseyLab pooler) throws SQLException {
        try (Backends backends = Backends.of(pooler);
                Connection subject = pooler.connect(Map.of("prepareThreshold", "1"));
                PreparedStatement statement = subject.prepareStatement("select 1")) {
            // In autocommit pgjdbc would prepare it again when the backend does not know it.
            subject.setAutoCommit(false);
            return backends.onEach(() -> {
                        try (ResultSet rows = statement.executeQuery()) {
                            rows.next();
                            return rows.getString(1);
                        } finally {
                            subject.rollback();
                        }
                    })
                    .values()
                    .iterator()
                    .next();
        }
    }

    /** What its own reset leaves: nothing, but SQL PREPARE where named statements have to survive. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void leaksAlmostNothingByDefault(boolean prepared) throws SQLException {
        try (OdysseyLab pooler = OdysseyLab.builder(postgres)
                        .reservePreparedStatements(prepared)
                        .poolSize(2)
                        .start();
                Backends backends = Backends.of(pooler);
                LeakProbe probe = LeakProbe.before(backends);
                Connection subject = pooler.connect(UNNAMED)) {
            for (String sql : leaks()) {
                backends.onAnother(() -> execute(subject, sql));
            }
            if (prepared) {
                assertThat(probe.leaks())
                        .extracting(Leak::kind, Leak::name)
                        .containsExactly(tuple(LeakKind.PREPARED_STATEMENT, "plan"));
            } else {
                assertThat(probe.leaks()).isEmpty();
            }
        }
    }

    @Test
    void leaksWithoutDiscard() throws SQLException {
        try (OdysseyLab pooler =
                        OdysseyLab.builder(postgres).discard(false).poolSize(2).start();
                Backends backends = Backends.of(pooler);
                LeakProbe probe = LeakProbe.before(backends);
                Connection subject = pooler.connect(UNNAMED)) {
            for (String sql : leaks()) {
                backends.on(backends.pids().get(0), () -> execute(subject, sql));
            }
            assertThat(probe.leaks())
                    .extracting(Leak::name)
                    .containsExactlyInAnyOrder("work_mem", "request.jwt.claims", "plan", "news", "42", "basket");
        }
    }

    /** The proof that the probe reports what the pooler replays only where the pooler does. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void replaysParametersUnlessToldOtherwise(boolean maintain) throws SQLException {
        try (OdysseyLab pooler = OdysseyLab.builder(postgres)
                        .discard(false)
                        .setting("maintain_params", maintain ? "yes" : "no")
                        .poolSize(2)
                        .start();
                Backends backends = Backends.of(pooler);
                LeakProbe probe = LeakProbe.before(backends);
                Connection subject = pooler.connect(UNNAMED)) {
            probe.during("zone", () -> backends.onAnother(() -> execute(subject, "set time zone 'Asia/Tokyo'")));
            probe.during(
                    "name", () -> backends.onAnother(() -> subject.setClientInfo("ApplicationName", "a third name")));
            if (maintain) {
                probe.assertNothingLeaked();
            } else {
                assertThat(probe.leaks())
                        .extracting(Leak::name, Leak::after, Leak::steps)
                        .contains(
                                tuple("TimeZone", "Asia/Tokyo", List.of("zone")),
                                tuple("application_name", "a third name", List.of("name")));
            }
        }
    }

    @Test
    void letsInTheUsersThatItWasTold() throws SQLException {
        try (OdysseyLab pooler =
                        OdysseyLab.builder(postgres).user("visitor", "secret").start();
                Connection connection = pooler.connect(Map.of("user", "visitor", "password", "secret"))) {
            assertThat(text(connection, "select current_user")).isEqualTo("visitor");
            assertThatThrownBy(() -> pooler.connect(Map.of("password", "wrong")))
                    .isInstanceOf(SQLException.class);
            assertThat(pooler.toString()).doesNotContain(pooler.password());
        }
        try (OdysseyLab pooler = OdysseyLab.builder(postgres)
                        .passwordAuthentication(false)
                        .start();
                Connection connection = pooler.connect(Map.of("password", "anything"))) {
            assertThat(text(connection, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void comesBackAfterACrash() throws SQLException {
        try (OdysseyLab pooler = OdysseyLab.builder(postgres).start()) {
            Connection open = pooler.connect();
            pooler.crash();
            assertThat(pooler.isRunning()).isFalse();
            assertThatThrownBy(() -> text(open, "select 1")).isInstanceOf(SQLException.class);
            pooler.restart();
            try (Connection anew = pooler.connect(Map.of("socketTimeout", "1"))) {
                assertThat(text(anew, "select 1")).isEqualTo("1");
                pooler.freeze();
                assertThatThrownBy(() -> text(anew, "select 1")).isInstanceOf(SQLException.class);
                pooler.thaw();
            }
        }
    }

    @Test
    void saysWhatItsLogSaysWhenASettingIsWrong() {
        assertThatThrownBy(() -> OdysseyLab.builder(postgres)
                        .setting("pool", "\"nonsense\"")
                        .start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("pool");
    }

    private static List<String> leaks() {
        return List.of(
                "set work_mem = '9MB'",
                "select set_config('request.jwt.claims', '{}', false)",
                "prepare plan as select 1",
                "listen news",
                "select pg_advisory_lock(42)",
                "create temp table basket (id int)");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
