package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.ConnectionException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.testkit.MayLeak;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Pools that were made by somebody else, in ways of their own. */
class WrapTest {

    @BeforeEach
    void table() {
        Route.postgres().execute("drop table if exists wrap_test", "create table wrap_test (id int)");
    }

    private static HikariDataSource pool(Route route, String moreParameters) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(route.endpoint().jdbcUrl() + moreParameters);
        config.setMaximumPoolSize(1);
        return new HikariDataSource(config);
    }

    /** What a pool has to say by itself: what it sends before the library gets a connection. */
    private static final String QUIET = "&prepareThreshold=0&assumeMinServerVersion=12";

    @ParameterizedTest
    @EnumSource(Route.class)
    void aPoolWithoutAutocommitLosesNothing(Route route) throws Exception {
        losesNothing(route, QUIET);
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    @MayLeak("a pool like that names its ROLLBACK when it opens, before the library sees it")
    void aPoolThatNamesItsStatementsLosesNothingAndIsWarnedAbout(Route route) throws Exception {
        losesNothing(route, "");
    }

    private static void losesNothing(Route route, String moreParameters) throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(route.changing().jdbcUrl() + moreParameters);
        config.setAutoCommit(false);
        config.setMaximumPoolSize(1);
        try (HikariDataSource pool = new HikariDataSource(config);
                DatabaseSessionFactory sessions = DatabaseSessionFactory.wrap(pool)) {
            assertThat(sessions.profile().warnings())
                    .filteredOn(warning -> warning.contains("prepareThreshold=0 in the pool's own URL"))
                    .hasSize(moreParameters.isEmpty() && !route.isDirect() ? 1 : 0);
            OtherBackends.during(route, sessions, () -> {
                sessions.sql("insert into wrap_test values (1)").update();
                sessions.write(session ->
                        session.sql("insert into wrap_test values (2)").update());
                sessions.read(session -> session.sql("select 1").row());
            });
            // Behind the look: so LeakWatch takes away what the pool has left.
            sessions.sql("select 1").row();
            try (Connection connection = pool.getConnection()) {
                assertThat(connection.getAutoCommit()).isFalse();
                assertThat(connection.isReadOnly()).isFalse();
            }
        }
        try (Connection connection = Route.postgres().connect();
                var result = connection.createStatement().executeQuery("select count(*) from wrap_test")) {
            result.next();
            assertThat(result.getInt(1)).isEqualTo(2);
        }
    }

    /** A source that hands out one connection again and again, and resets nothing. */
    private static final class SingleConnection extends PGSimpleDataSource {
        private static final long serialVersionUID = 1L;
        private final transient Connection connection;

        SingleConnection(Route route) throws SQLException {
            setURL(route.changing().jdbcUrl() + QUIET);
            connection = super.getConnection();
        }

        @Override
        public Connection getConnection() {
            return (Connection) java.lang.reflect.Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("close")) {
                            return null;
                        }
                        try {
                            return method.invoke(connection, arguments);
                        } catch (java.lang.reflect.InvocationTargetException thrown) {
                            throw thrown.getCause();
                        }
                    });
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void connectionsGoBackAsTheyCame(Route route) throws Exception {
        SingleConnection single = new SingleConnection(route);
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.wrap(single)) {
            OtherBackends.during(route, sessions, () -> goesBackAsItCame(single.connection, sessions));
        } finally {
            single.connection.close();
        }
    }

    private static void goesBackAsItCame(Connection connection, DatabaseSessionFactory sessions) throws SQLException {
        sessions.read(session -> session.sql("select 1").row());
        assertThat(connection.getAutoCommit()).isTrue();
        assertThat(connection.isReadOnly()).isFalse();
        sessions.sql("insert into wrap_test values (1)").update();
        assertThat(sessions.sql("select id from wrap_test").pageSize(1).stream(Integer.class))
                .containsExactly(1);
        assertThat(connection.getAutoCommit()).isTrue();
        assertThatThrownBy(() -> sessions.sql("select 1 / (n - 1) from generate_series(1, 9) n").stream(Integer.class)
                        .forEach(n -> {}))
                .hasMessageContaining("division by zero");
        assertThat(connection.getAutoCommit()).as("after a failure too").isTrue();
        assertThat(sessions.sql("select count(*) from wrap_test").single(Integer.class))
                .isEqualTo(1);
    }

    @Test
    void whateverTheDriverAcceptsIsAccepted() {
        PGSimpleDataSource plain = new PGSimpleDataSource();
        plain.setURL(Route.PGBOUNCER_1_18.endpoint().jdbcUrl() + "&unknownToEverybody=1");
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.wrap(plain)) {
            assertThat(sessions.sql("select 1").single(Integer.class)).isEqualTo(1);
        }
        try (DatabaseSessionFactory inner = Route.DIRECT.open();
                DatabaseSessionFactory outer = DatabaseSessionFactory.wrap(inner.dataSource())) {
            assertThat(outer.sql("select 1").single(Integer.class)).isEqualTo(1);
        }
    }

    @Test
    void whatIsUnsafeAndCannotBeChangedIsWarnedAbout() {
        try (HikariDataSource pool = pool(Route.PGBOUNCER_1_18, "&autosave=always&preferQueryMode=simple");
                DatabaseSessionFactory sessions = DatabaseSessionFactory.wrap(pool)) {
            assertThat(sessions.profile().warnings())
                    .anyMatch(warning -> warning.startsWith("autosave=always"))
                    .anyMatch(warning -> warning.startsWith("preferQueryMode=simple"));
        }
    }

    @Test
    void whatIsNotPgjdbcIsRefused() {
        HikariDataSource closed = pool(Route.DIRECT, "");
        closed.close();
        assertThatThrownBy(() -> DatabaseSessionFactory.wrap(closed)).isInstanceOf(ConnectionException.class);
    }
}
