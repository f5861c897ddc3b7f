package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionFeature.Treatment;
import com.scrapersky.session.SessionFeatureRefusedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the builder's policy says about a class of statements is done, and its session connections are bounded. */
class PolicyTest {

    private static final String LOCK = "select pg_try_advisory_lock(4711)";
    private static final String UNLOCK = "select pg_advisory_unlock(4711)";

    private static DatabaseSessionFactory.Builder builder(Route route) {
        return DatabaseSessionFactory.builder(route.changing().url())
                .sessionUrl(Route.postgres().url());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void whatMovesCanBeRefused(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = builder(route)
                .policy(SessionFeature.ADVISORY_LOCK, Treatment.REFUSE)
                .build()) {
            OtherBackends.during(route, sessions, () -> {
                try (Connection connection = sessions.dataSource().getConnection()) {
                    assertRefused(connection, LOCK, SessionFeature.ADVISORY_LOCK);
                    assertThat(PoolSafeDataSourceTest.ask(connection, "select 1"))
                            .isEqualTo("1");
                }
            });
            assertThat(sessions.sessionMoves()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void whatIsRememberedCanBeRefused(Route route) throws Exception {
        try (DatabaseSessionFactory sessions =
                builder(route).policy(SessionFeature.SETTING, Treatment.REFUSE).build()) {
            OtherBackends.during(route, sessions, () -> {
                try (Connection connection = sessions.dataSource().getConnection()) {
                    assertRefused(connection, "set statement_timeout = '5s'", SessionFeature.SETTING);
                    for (int backend = 0; backend < Route.BACKENDS; backend++) {
                        assertThat(PoolSafeDataSourceTest.ask(connection, "show statement_timeout"))
                                .isEqualTo("0");
                    }
                }
            });
        }
    }

    /** Also within the transaction that drew the number, where it is answered unless a policy says otherwise. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void whatIsRefusedWhereItWouldBeWrongCanBeRefusedEverywhere(Route route) throws Exception {
        Route.postgres().execute("create sequence if not exists policy_numbers");
        try (DatabaseSessionFactory sessions = builder(route)
                .policy(SessionFeature.SEQUENCE_STATE, Treatment.REFUSE)
                .build()) {
            OtherBackends.during(route, sessions, () -> {
                try (Connection connection = sessions.dataSource().getConnection()) {
                    connection.setAutoCommit(false);
                    // Refused before anything is sent, so no number is drawn.
                    assertThatExceptionOfType(SessionFeatureRefusedException.class)
                            .isThrownBy(() -> PoolSafeDataSourceTest.execute(
                                    connection, "select nextval('policy_numbers'); select currval('policy_numbers')"))
                            .withMessageContaining("by the policy of this factory");
                    connection.rollback();
                }
            });
        }
    }

    /** Both statements are in one transaction: so nothing stays behind. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void whatMovesCanBeSentAsItIs(Route route) throws Exception {
        for (Treatment treatment : new Treatment[] {Treatment.ALLOW, Treatment.WARN}) {
            try (DatabaseSessionFactory sessions = builder(route)
                    .policy(SessionFeature.ADVISORY_LOCK, treatment)
                    .build()) {
                OtherBackends.during(route, sessions, () -> {
                    try (Connection connection = sessions.dataSource().getConnection()) {
                        connection.setAutoCommit(false);
                        assertThat(PoolSafeDataSourceTest.ask(connection, LOCK)).isEqualTo("t");
                        assertThat(PoolSafeDataSourceTest.ask(connection, UNLOCK))
                                .isEqualTo("t");
                        connection.commit();
                    }
                });
                assertThat(sessions.sessionMoves()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void sessionConnectionsAreBoundedAndGivenBackClean(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = builder(route)
                .maximumSessionConnections(1)
                .connectionTimeout(Duration.ofMillis(500))
                .build()) {
            OtherBackends.during(route, sessions, () -> {
                String backend;
                try (Connection first = sessions.dataSource().getConnection()) {
                    assertThat(PoolSafeDataSourceTest.ask(first, LOCK)).isEqualTo("t");
                    backend = PoolSafeDataSourceTest.ask(first, "select pg_backend_pid()");
                    try (Connection another = sessions.dataSource().getConnection()) {
                        assertThatExceptionOfType(SQLException.class)
                                .isThrownBy(() -> PoolSafeDataSourceTest.execute(another, "listen jobs"))
                                .withMessageContaining("maximumSessionConnections");
                        assertThat(PoolSafeDataSourceTest.ask(another, "select 1"))
                                .isEqualTo("1");
                    }
                }
                try (Connection second = sessions.dataSource().getConnection()) {
                    PoolSafeDataSourceTest.execute(second, "listen jobs");
                    assertThat(PoolSafeDataSourceTest.ask(second, "select pg_backend_pid()"))
                            .isEqualTo(backend);
                    assertThat(
                                    PoolSafeDataSourceTest.ask(
                                            second,
                                            "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"))
                            .isEqualTo("0");
                }
            });
            assertThat(sessions.sessionMoves())
                    .isEqualTo(Map.of(SessionFeature.ADVISORY_LOCK, 1L, SessionFeature.NOTIFICATION, 1L));
        }
    }

    private static void assertRefused(Connection connection, String sql, SessionFeature feature) throws SQLException {
        assertThatExceptionOfType(SessionFeatureRefusedException.class)
                .isThrownBy(() -> PoolSafeDataSourceTest.execute(connection, sql))
                .satisfies(refused -> assertThat(refused.feature()).isEqualTo(feature))
                .withMessageContaining("(" + feature.id() + ")")
                .withMessageContaining(feature.wayOut())
                .withMessageEndingWith("docs/poolers.md#" + feature.id());
    }
}
