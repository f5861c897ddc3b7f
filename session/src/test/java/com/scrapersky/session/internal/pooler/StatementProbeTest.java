package com.scrapersky.session.internal.pooler;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.PoolerProfile.Evidence;
import com.scrapersky.session.internal.pooler.StatementProbe.Answer;
import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.MayLeak;
import com.scrapersky.session.testkit.OdysseyLab;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PoolMode;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StatementProbeTest {

    private static final int BACKENDS = 3;

    private static PostgresLab postgres;

    @BeforeAll
    static void start() {
        postgres = PostgresLab.builder().start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    /** Starts a pooler, however it is made. */
    private interface Start {
        PoolerLab start();
    }

    private static PgBouncerLab bouncer(PgBouncerVersion version, String... settings) {
        PgBouncerLab.Builder builder = PgBouncerLab.builder(postgres)
                .version(version)
                .poolMode(PoolMode.TRANSACTION)
                .poolSize(BACKENDS);
        for (int i = 0; i < settings.length; i += 2) {
            builder.setting(settings[i], settings[i + 1]);
        }
        return builder.start();
    }

    static Stream<Arguments> poolers() {
        return Stream.of(
                pooler("PgBouncer 1.18", false, () -> bouncer(PgBouncerVersion.V1_18)),
                pooler(
                        "PgBouncer 1.18 in turn",
                        false,
                        () -> bouncer(PgBouncerVersion.V1_18, "server_round_robin", "1")),
                pooler("PgBouncer 1.26", true, () -> bouncer(PgBouncerVersion.V1_26)),
                pooler(
                        "PgBouncer 1.26 in turn",
                        true,
                        () -> bouncer(PgBouncerVersion.V1_26, "server_round_robin", "1")),
                pooler(
                        "PgBouncer 1.26 without the setting",
                        false,
                        () -> bouncer(PgBouncerVersion.V1_26, "max_prepared_statements", "0")),
                pooler(
                        "Odyssey",
                        true,
                        () -> OdysseyLab.builder(postgres)
                                .poolSize(BACKENDS)
                                .discard(false)
                                .start()),
                pooler(
                        "Odyssey that resets",
                        true,
                        () -> OdysseyLab.builder(postgres).poolSize(BACKENDS).start()),
                pooler(
                        "Odyssey without reserved statements",
                        false,
                        () -> OdysseyLab.builder(postgres)
                                .poolSize(BACKENDS)
                                .discard(false)
                                .reservePreparedStatements(false)
                                .start()),
                pooler("like PgBouncer 1.18", false, () -> hostile(TransactionPooler.pgBouncer118(postgres.url()))),
                pooler("like PgBouncer 1.26", true, () -> hostile(TransactionPooler.pgBouncer126(postgres.url()))),
                pooler("like Supavisor", false, () -> hostile(TransactionPooler.supavisor(postgres.url()))));
    }

    private static Arguments pooler(String name, boolean carries, Start start) {
        return Arguments.of(name, carries, start);
    }

    private static TransactionPooler hostile(TransactionPooler.Builder builder) {
        return builder.poolSize(BACKENDS).handOver(HandOver.LONGEST_IDLE).start();
    }

    private static Connection connect(PoolerLab pooler) throws SQLException {
        return pooler.connect(
                Map.of("prepareThreshold", "0", "preparedStatementCacheQueries", "0", "assumeMinServerVersion", "12"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("poolers")
    void answersRightAndLeavesNothing(String name, boolean carries, Start start) throws Exception {
        try (PoolerLab pooler = start.start();
                Backends backends = Backends.of(pooler);
                LeakProbe leaks = LeakProbe.before(backends)) {
            for (int repetition = 0; repetition < BACKENDS; repetition++) {
                Answer answer = StatementProbe.ask(() -> connect(pooler));
                assertThat(answer.carried()).as(answer.toString()).isEqualTo(carries);
                assertThat(answer.evidence()).matches(Evidence::certain, "is certain");
            }
            leaks.assertNothingLeaked();
            if (!carries) {
                assertThat(backends.onEach(() -> namesAtBackend(pooler)).values())
                        .allMatch(List::isEmpty);
            }
        }
    }

    private static List<String> namesAtBackend(PoolerLab pooler) throws SQLException {
        try (Connection connection = connect(pooler);
                Statement statement = connection.createStatement();
                ResultSet names = statement.executeQuery("select name from pg_prepared_statements")) {
            return names.next() ? List.of(names.getString(1)) : List.of();
        }
    }

    @Test
    @MayLeak("the stranger's statement, which is still there")
    void anotherClientsStatementOfTheSameNameIsAnAnswer() throws Exception {
        try (PgBouncerLab pooler = bouncer(PgBouncerVersion.V1_18);
                Backends backends = Backends.of(pooler)) {
            backends.onEach(() -> {
                try (Connection stranger = connect(pooler);
                        Statement statement = stranger.createStatement()) {
                    statement.execute("prepare \"S_1\" as select 1");
                }
            });
            assertThat(StatementProbe.ask(() -> connect(pooler)).carried()).isFalse();
        }
    }

    @Test
    void aPoolOfOneBackendHasNoOther() throws Exception {
        try (PgBouncerLab pooler = PgBouncerLab.builder(postgres)
                .version(PgBouncerVersion.V1_26)
                .poolMode(PoolMode.TRANSACTION)
                .poolSize(1)
                .start()) {
            Answer answer = StatementProbe.ask(() -> connect(pooler));
            assertThat(answer.carried()).isTrue();
            assertThat(answer.evidence().certain()).isFalse();
        }
    }
}
