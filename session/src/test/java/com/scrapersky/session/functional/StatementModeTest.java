package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.PoolerProfile;
import com.scrapersky.session.PoolerProfile.StatementMode;
import com.scrapersky.session.PoolerProfile.Statements;
import com.scrapersky.session.Row;
import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PoolMode;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.PostgresEndpoint;
import com.scrapersky.session.testkit.RoundTrips;
import com.scrapersky.session.testkit.TransactionPooler;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;

/** Named statements where the pooler carries them, unnamed ones elsewhere, and what happens when that was wrong. */
class StatementModeTest {

    static final String QUESTION = "select n, 'asked' as word from generate_series(1, ?) n";
    static final int UNTIL_NAMED = 8;

    static PgBouncerLab bouncer(PgBouncerVersion version, String... settings) {
        PgBouncerLab.Builder builder = PgBouncerLab.builder(Route.postgres())
                .version(version)
                .poolMode(PoolMode.TRANSACTION)
                .poolSize(Route.BACKENDS)
                .roundRobin();
        for (int i = 0; i < settings.length; i += 2) {
            builder.setting(settings[i], settings[i + 1]);
        }
        return builder.start();
    }

    static DatabaseSessionFactory one(PoolerLab pooler) {
        return DatabaseSessionFactory.builder(pooler.url()).maximumPoolSize(1).build();
    }

    /** Often enough that each backend executes it under its name. */
    static void askOften(DatabaseSessionFactory sessions) throws SQLException {
        for (int i = 0; i < UNTIL_NAMED + Route.BACKENDS; i++) {
            try (Connection connection = sessions.dataSource().getConnection()) {
                assertThat(ask(connection)).isEqualTo(3);
            }
        }
    }

    static int ask(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(QUESTION)) {
            statement.setInt(1, 3);
            int rows = 0;
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    rows++;
                }
            }
            return rows;
        }
    }

    /** What the backends of a pooler know, but for what a pooler keeps of the probe. */
    static List<String> namesAtBackends(PoolerLab pooler, String like) throws SQLException {
        try (Backends backends = Backends.of(pooler)) {
            return backends
                    .onEach(() -> {
                        try (Connection connection = pooler.connect(
                                        Map.of("prepareThreshold", "0", "assumeMinServerVersion", "12"));
                                Statement statement = connection.createStatement();
                                ResultSet names = statement.executeQuery(
                                        "select name from pg_prepared_statements where statement like '" + like
                                                + "'")) {
                            return names.next() ? List.of(names.getString(1)) : List.<String>of();
                        }
                    })
                    .values()
                    .stream()
                    .flatMap(List::stream)
                    .toList();
        }
    }

    static int threshold(DatabaseSessionFactory sessions) throws SQLException {
        try (Connection connection = sessions.dataSource().getConnection()) {
            return connection.unwrap(PGConnection.class).getPrepareThreshold();
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void namesWhereNamesAreCarried(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = route.open()) {
            boolean named = route.isDirect() || route.carriesNamedStatements();
            askOften(sessions);
            Statements statements = sessions.profile().statements();
            assertThat(statements.mode()).isEqualTo(named ? StatementMode.NAMED : StatementMode.UNNAMED);
            assertThat(statements.evidence().observation()).isNotBlank();
            assertThat(statements.since()).isBetween(Instant.now().minus(Duration.ofHours(1)), Instant.now());
            assertThat(threshold(sessions)).isEqualTo(named ? 5 : 0);
            if (route.isDirect()) {
                return;
            }
            List<String> names = namesAtBackends(route.pooler(), "select n, ''asked''%");
            if (named) {
                assertThat(names).isNotEmpty().noneMatch(name -> name.startsWith("S_"));
            } else {
                assertThat(names).isEmpty();
                assertThat(namesAtBackends(route.pooler(), "%"))
                        .as("of the probe, too")
                        .isEmpty();
            }
        }
    }

    /** As Spring Boot makes it: it opens when it is first asked. */
    static HikariDataSource unopened(PostgresEndpoint endpoint, boolean autoCommit) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(endpoint.jdbcUrl());
        pool.setMaximumPoolSize(1);
        pool.setAutoCommit(autoCommit);
        return pool;
    }

    /** Executes the same statement in transactions of its own, and says on which backends. */
    static Set<Integer> backendsOf(DataSource dataSource) throws SQLException {
        Set<Integer> backends = new HashSet<>();
        for (int i = 0; i < UNTIL_NAMED + Route.BACKENDS; i++) {
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement statement =
                            connection.prepareStatement("select pg_backend_pid(), 'wrapped' as word, ?::int")) {
                statement.setInt(1, i);
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    backends.add(rows.getInt(1));
                }
                if (!connection.getAutoCommit()) {
                    connection.commit();
                }
            }
        }
        return backends;
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void aPoolThatIsWrappedBeforeItOpensNamesWhereNamesAreCarried(Route route) throws Exception {
        boolean named = route.isDirect() || route.carriesNamedStatements();
        for (boolean autoCommit : new boolean[] {true, false}) {
            try (HikariDataSource pool = unopened(route.changing(), autoCommit);
                    DatabaseSessionFactory sessions = DatabaseSessionFactory.wrap(pool)) {
                Set<Integer> backends = backendsOf(sessions.dataSource());
                assertThat(sessions.profile().statementMode())
                        .isEqualTo(named ? StatementMode.NAMED : StatementMode.UNNAMED);
                assertThat(threshold(sessions)).isEqualTo(named ? 5 : 0);
                if (named) {
                    assertThat(sessions.statistics().namedStatements()).isPositive();
                } else {
                    assertThat(sessions.statistics().namedStatements()).isZero();
                }
                if (route.isDirect()) {
                    continue;
                }
                assertThat(sessions.profile().toString())
                        .as("named statements and a threshold of 0 beside each other")
                        .contains((named ? "" : "un") + "named statements\n")
                        .containsPattern("prepareThreshold = 0  \\[automatic] told to the pool before it opened"
                                + (named
                                        ? ": each connection begins without names; .* if so sets 5 on it"
                                        : ": no statement stays at a backend under a name"));
                assertThat(backends).as("backends").hasSizeGreaterThan(1);
                List<String> names = namesAtBackends(route.pooler(), "select pg_backend_pid(), ''wrapped''%");
                if (named) {
                    assertThat(names).isNotEmpty().noneMatch(name -> name.startsWith("S_"));
                } else {
                    assertThat(names).isEmpty();
                    assertThat(namesAtBackends(route.pooler(), "%"))
                            .as("of the probe, too")
                            .isEmpty();
                }
            }
        }
    }

    /** Nobody but the pool could be asked, which may have one connection, and may have named something on it. */
    @Test
    void aPoolThatIsOpenStaysUnnamed() throws Exception {
        try (HikariDataSource pool = unopened(Route.PGBOUNCER_1_26.endpoint(), true)) {
            pool.addDataSourceProperty("prepareThreshold", "0");
            pool.getConnection().close();
            try (DatabaseSessionFactory sessions = DatabaseSessionFactory.wrap(pool)) {
                assertThat(backendsOf(sessions.dataSource())).hasSizeGreaterThan(1);
                assertThat(sessions.profile().statementMode()).isEqualTo(StatementMode.UNNAMED);
                assertThat(threshold(sessions)).isZero();
            }
        }
    }

    @Test
    void aPoolerWithTheSettingSwitchedOffGetsNoNames() throws Exception {
        try (PgBouncerLab pooler = bouncer(PgBouncerVersion.V1_26, "max_prepared_statements", "0");
                DatabaseSessionFactory sessions = one(pooler)) {
            askOften(sessions);
            assertThat(sessions.profile().statementMode()).isEqualTo(StatementMode.UNNAMED);
            assertThat(namesAtBackends(pooler, "%")).isEmpty();
        }
    }

    @Test
    void theAnswerIsRememberedForThePlace() {
        try (TransactionPooler pooler = TransactionPooler.pgBouncer126(
                        Route.postgres().url())
                .poolSize(2)
                .handOver(HandOver.LONGEST_IDLE)
                .start()) {
            long[] trips = new long[2];
            Instant[] since = new Instant[2];
            for (int i = 0; i < 2; i++) {
                int round = i;
                trips[i] = RoundTrips.of(pooler, () -> {
                    try (DatabaseSessionFactory sessions = one(pooler)) {
                        since[round] = sessions.profile().statements().since();
                    }
                });
            }
            assertThat(trips[1]).isLessThan(trips[0]);
            assertThat(since[1]).isEqualTo(since[0]);
        }
    }

    @Test
    void aKnownPoolerIsNotAsked() throws Exception {
        try (TransactionPooler pooler = TransactionPooler.pgBouncer126(
                        Route.postgres().url())
                .poolSize(2)
                .handOver(HandOver.LONGEST_IDLE)
                .start()) {
            assertThat(RoundTrips.of(
                            pooler,
                            () -> DatabaseSessionFactory.builder(pooler.url())
                                    .pooler(PoolerProfile.pgBouncerTransaction())
                                    .maximumPoolSize(1)
                                    .build()
                                    .close()))
                    .as("startup, two steps of SCRAM, the catalogue")
                    .isEqualTo(3 + 1);
            assertThat(RoundTrips.of(pooler, () -> {
                        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(pooler.url())
                                .pooler(PoolerProfile.pgBouncerTransaction())
                                .statementMode(StatementMode.NAMED)
                                .maximumPoolSize(1)
                                .build()) {
                            askOften(sessions);
                            assertThat(threshold(sessions)).isEqualTo(5);
                        }
                    }))
                    .as("and the connection's own question, once")
                    .isEqualTo(3 + 1 + 2 + UNTIL_NAMED + Route.BACKENDS);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Route.class,
            names = {"LIKE_PGBOUNCER_1_18", "LIKE_PGBOUNCER_1_26", "LIKE_SUPAVISOR"})
    void connectingTakesThreeAndNoBackend(Route route) throws Exception {
        PoolerProfile known =
                route.isSupavisor() ? PoolerProfile.supavisorTransaction() : PoolerProfile.pgBouncerTransaction();
        Properties properties = new Properties();
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                        route.endpoint().url())
                .pooler(known)
                .maximumPoolSize(1)
                .build()) {
            sessions.profile().parameters().stream()
                    .filter(parameter -> PGProperty.forName(parameter.name()) != null)
                    .forEach(parameter -> properties.setProperty(parameter.name(), parameter.value()));
        }
        assertThat(properties).containsKey("assumeMinServerVersion");
        TransactionPooler pooler = (TransactionPooler) route.pooler();
        try (Backends backends = Backends.of(pooler)) {
            backends.whileAllHeld(() -> assertThat(RoundTrips.of(
                            pooler,
                            () -> DriverManager.getConnection(pooler.jdbcUrl(), properties)
                                    .close()))
                    .as("startup and two steps of SCRAM")
                    .isEqualTo(3));
        }
    }

    @Test
    void theUsersWordWins() throws Exception {
        String url = Route.PGBOUNCER_1_26.endpoint().url();
        for (String word : List.of("no_prepare=true", "statement_cache_size=0", "prepareThreshold=0")) {
            try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(url + "?" + word)
                    .statementMode(StatementMode.NAMED)
                    .build()) {
                askOften(sessions);
                assertThat(sessions.profile().statementMode()).isEqualTo(StatementMode.UNNAMED);
                assertThat(sessions.profile().statements().evidence().observation())
                        .contains("prepareThreshold=0");
                assertThat(threshold(sessions)).isZero();
            }
        }
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(url)
                .statementMode(StatementMode.UNNAMED)
                .build()) {
            askOften(sessions);
            assertThat(sessions.profile().statementMode()).isEqualTo(StatementMode.UNNAMED);
            assertThat(threshold(sessions)).isZero();
        }
    }

    /** Even who insists: each connection is asked before it names anything. */
    @Test
    void namesThatAreWantedWhereTheyAreLostAreNotGiven() throws Exception {
        try (PgBouncerLab pooler = bouncer(PgBouncerVersion.V1_18);
                DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(pooler.url())
                        .statementMode(StatementMode.NAMED)
                        .maximumPoolSize(2)
                        .build()) {
            askOften(sessions);
            assertThat(sessions.profile().statementMode()).isEqualTo(StatementMode.UNNAMED);
            assertThat(namesAtBackends(pooler, "%")).isEmpty();
        }
    }

    @Test
    void supavisorsNamesAreForThoseWhoAskForThem() throws Exception {
        try (TransactionPooler pooler = TransactionPooler.builder(
                        Route.postgres().url())
                .preset(Manners.supavisor().namedPreparedStatements(true))
                .poolSize(2)
                .handOver(HandOver.LONGEST_IDLE)
                .start()) {
            try (DatabaseSessionFactory sessions = one(pooler)) {
                askOften(sessions);
                assertThat(sessions.profile().statementMode()).isEqualTo(StatementMode.UNNAMED);
            }
            try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(pooler.url())
                    .statementMode(StatementMode.NAMED)
                    .maximumPoolSize(1)
                    .build()) {
                askOften(sessions);
                assertThat(threshold(sessions)).isEqualTo(5);
                assertThat(sessions.profile().parameters()).anySatisfy(parameter -> {
                    assertThat(parameter.name()).isEqualTo("preparedStatementCacheQueries");
                    assertThat(parameter.value()).isEqualTo("90");
                });
                for (int text = 0; text < 150; text++) {
                    String sql = "select " + text;
                    for (int i = 0; i < UNTIL_NAMED; i++) {
                        assertThat(sessions.sql(sql).single(Integer.class)).isEqualTo(text);
                    }
                }
                String pages = "select n from generate_series(1, 100) n";
                for (int i = 0; i < UNTIL_NAMED; i++) {
                    assertThat(sessions.sql(pages).rows()).hasSize(100);
                }
                try (Stream<Row> rows = sessions.sql(pages).pageSize(10).stream()) {
                    assertThat(rows).hasSize(100);
                }
                sessions.write(session -> {
                    try (Statement plain = session.connection().createStatement();
                            PreparedStatement statement = session.connection().prepareStatement(pages)) {
                        plain.execute("select 1");
                        statement.setFetchSize(7);
                        try (ResultSet rows = statement.executeQuery()) {
                            IntStream.rangeClosed(1, 100)
                                    .forEach(n -> assertThat(next(rows)).isEqualTo(n));
                        }
                    }
                    return null;
                });
            }
        }
    }

    private static int next(ResultSet rows) {
        try {
            return rows.next() ? rows.getInt(1) : -1;
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }
}
