package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.DatabaseUrl;
import com.scrapersky.session.PoolerProfile;
import com.scrapersky.session.PoolerProfile.Mode;
import com.scrapersky.session.PoolerProfile.Origin;
import com.scrapersky.session.PoolerProfile.Parameter;
import com.scrapersky.session.PoolerProfile.Pooler;
import com.scrapersky.session.PoolerProfile.StatementMode;
import com.scrapersky.session.SessionUsageException;
import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.MayLeak;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.AutoSave;
import org.postgresql.jdbc.PreferQueryMode;
import org.slf4j.LoggerFactory;

class FactoryTest {

    private static Map<String, Parameter> parameters(DatabaseSessionFactory sessions) {
        return sessions.profile().parameters().stream()
                .collect(Collectors.toMap(Parameter::name, parameter -> parameter));
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void findsOutWhatIsInFrontAndWhatFollows(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = route.open()) {
            PoolerProfile profile = sessions.profile();
            boolean direct = route.isDirect();
            assertThat(profile.pooler()).isEqualTo(pooler(route));
            assertThat(profile.mode()).isEqualTo(direct ? Mode.DIRECT : Mode.TRANSACTION);
            boolean named = direct || route.carriesNamedStatements();
            assertThat(profile.statementMode()).isEqualTo(named ? StatementMode.NAMED : StatementMode.UNNAMED);
            assertThat(profile.evidence())
                    .allMatch(PoolerProfile.Evidence::certain)
                    .as("a pooler, which one, its mode")
                    .hasSize(direct ? 1 : 3);
            assertThat(profile.warnings()).hasSize(route == Route.ODYSSEY_RESERVED ? 1 : 0);

            Map<String, Parameter> parameters = parameters(sessions);
            assertThat(parameters.values()).allSatisfy(parameter -> {
                assertThat(parameter.reason()).isNotBlank();
                assertThat(parameter.origin()).isEqualTo(Origin.AUTOMATIC);
            });
            try (Connection connection = sessions.dataSource().getConnection()) {
                PGConnection driver = connection.unwrap(PGConnection.class);
                assertThat(driver.getPrepareThreshold())
                        .as("behind a pooler a connection names nothing before it was asked itself")
                        .isEqualTo(direct ? 5 : 0);
                assertThat(driver.getPreferQueryMode()).isEqualTo(PreferQueryMode.EXTENDED);
                assertThat(driver.getAutosave()).isEqualTo(AutoSave.NEVER);
                assertThat(connection.getAutoCommit()).isTrue();
            }
            assertThat(sessions.sql("select current_setting('application_name')")
                            .single(String.class))
                    .as("Supavisor drops the client's name, so it is told with each transaction")
                    .isEqualTo("sky-session");
            assertThat(parameters.get("ApplicationName").value()).isEqualTo("sky-session");
            assertThat(sessions.sql("select ssl from pg_stat_ssl where pid = pg_backend_pid()")
                            .single(Boolean.class))
                    .isFalse();
            assertThat(profile.toString())
                    .contains(
                            direct
                                    ? "direct connection, named statements"
                                    : pooler(route).title() + " in transaction mode, " + (named ? "" : "un")
                                            + "named statements")
                    .contains("\n  statements: " + (named ? "" : "un") + "named since ")
                    .contains("prepareThreshold = " + (named ? 5 : 0) + "  [automatic]");
        }
    }

    private static Pooler pooler(Route route) {
        return switch (route) {
            case DIRECT -> Pooler.NONE;
            case ODYSSEY, ODYSSEY_RESERVED -> Pooler.ODYSSEY;
            case LIKE_SUPAVISOR -> Pooler.SUPAVISOR;
            default -> Pooler.PGBOUNCER;
        };
    }

    @Test
    void diagnosesWithoutAPool() {
        DatabaseSessionFactory.Builder builder =
                DatabaseSessionFactory.builder(Route.PGBOUNCER_1_18.endpoint().url());
        PoolerProfile diagnosed = builder.diagnose();
        try (DatabaseSessionFactory sessions = builder.build()) {
            assertThat(diagnosed.pooler()).isEqualTo(Pooler.PGBOUNCER);
            assertThat(diagnosed.mode()).isEqualTo(Mode.TRANSACTION);
            assertThat(diagnosed.parameters()).isEqualTo(sessions.profile().parameters());
        }
    }

    @Test
    void whatTheUserSetsWinsAndIsReported() {
        String url =
                Route.PGBOUNCER_1_18.endpoint().url() + "?prepareThreshold=3&application_name=billing&sslmode=disable";
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(url)
                .maximumPoolSize(2)
                .connectionTimeout(Duration.ofSeconds(3))
                .driverProperty("readOnlyMode", "always")
                .build()) {
            Map<String, Parameter> parameters = parameters(sessions);
            assertThat(parameters.get("prepareThreshold"))
                    .satisfies(parameter -> assertThat(parameter.value()).isEqualTo("3"))
                    .satisfies(parameter -> assertThat(parameter.origin()).isEqualTo(Origin.URL))
                    .satisfies(parameter -> assertThat(parameter.reason()).contains("overrides 0"));
            assertThat(parameters.get("ApplicationName").value()).isEqualTo("billing");
            assertThat(parameters.get("sslmode").origin()).isEqualTo(Origin.URL);
            assertThat(parameters.get("readOnlyMode").origin()).isEqualTo(Origin.BUILDER);
            assertThat(parameters.get("maximumPoolSize").value()).isEqualTo("2");
            assertThat(parameters.get("connectionTimeout").value()).isEqualTo("3000");
            assertThat(sessions.profile().statementMode()).isEqualTo(StatementMode.NAMED);
            assertThat(sessions.profile().warnings())
                    .singleElement()
                    .satisfies(
                            warning -> assertThat(warning).startsWith("prepareThreshold=3 is unsafe behind PgBouncer"));
            assertThat(sessions.sql("select current_setting('application_name')")
                            .single(String.class))
                    .isEqualTo("billing");
        }
        String direct = Route.DIRECT.endpoint().url() + "?prepareThreshold=1";
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.open(direct)) {
            assertThat(sessions.profile().warnings()).isEmpty();
        }
    }

    @Test
    void aPasswordGivenAsAPropertyStaysAPassword() throws Exception {
        var endpoint = Route.PGBOUNCER_1_18.endpoint();
        String withoutPassword = endpoint.url().replaceFirst(":[^:@]*@", "@");
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(withoutPassword + "?loginTimeout=3")
                .driverProperty("password", endpoint.password())
                .driverProperty("sslpassword", "hunter-2")
                .connectionTimeout(Duration.ofSeconds(20))
                .build()) {
            assertThat(sessions.sql("select 1").single(Integer.class)).isEqualTo(1);
            assertThat(sessions.profile().toString())
                    .doesNotContain(endpoint.password())
                    .doesNotContain("hunter-2");
            HikariDataSource pool = sessions.dataSource().unwrap(HikariDataSource.class);
            assertThat(pool.getDataSource().getLoginTimeout())
                    .as("as the profile says, not HikariCP's own")
                    .isEqualTo(3)
                    .isEqualTo(Integer.parseInt(
                            parameters(sessions).get("loginTimeout").value()));
        }
    }

    @Test
    void formerConfigurationGoesOnWorking() {
        String url = Route.PGBOUNCER_1_18.endpoint().url().replaceFirst("postgres(ql)?://", "postgresql+asyncpg://")
                + "?raw_sql=true&no_prepare=true&statement_cache_size=0&prepared_statement_cache_size=0";
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.open(url)) {
            assertThat(sessions.sql("select 1").single(Integer.class)).isEqualTo(1);
            assertThat(parameters(sessions).get("prepareThreshold").value()).isEqualTo("0");
            for (String former :
                    List.of("raw_sql", "no_prepare", "statement_cache_size", "prepared_statement_cache_size")) {
                assertThat(sessions.profile().toString()).contains(former + "=").contains("was translated");
            }
        }
    }

    @Test
    void startsFromTheEnvironmentOfTheFormerSystem() {
        var endpoint = Route.PGBOUNCER_1_26.endpoint();
        DatabaseUrl url = DatabaseUrl.fromEnvironment(Map.of(
                "SUPABASE_POOLER_HOST", endpoint.host(),
                "SUPABASE_POOLER_PORT", Integer.toString(endpoint.port()),
                "SUPABASE_POOLER_USER", "postgres.abcdefgh",
                "SUPABASE_DB_PASSWORD", endpoint.password()));
        assertThat(url.user()).hasValue("postgres.abcdefgh");
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(url)
                .user(endpoint.user())
                .password(endpoint.password())
                .build()) {
            assertThat(sessions.sql("select current_database()").single(String.class))
                    .isEqualTo("postgres");
        }
    }

    @Test
    void takesTheUserAtTheirWord() {
        for (PoolerProfile preset : List.of(
                PoolerProfile.pgBouncerTransaction(),
                PoolerProfile.supavisorTransaction(),
                PoolerProfile.supavisorSession(),
                PoolerProfile.neonPooled(),
                PoolerProfile.rdsProxy(),
                PoolerProfile.direct())) {
            assertThat(preset.parameters()).isEmpty();
            try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                            Route.DIRECT.endpoint().url())
                    .pooler(preset)
                    .maximumPoolSize(1)
                    .build()) {
                assertThat(sessions.profile().pooler()).isEqualTo(preset.pooler());
                assertThat(sessions.profile().mode()).isEqualTo(preset.mode());
                assertThat(parameters(sessions).get("prepareThreshold").value())
                        .isEqualTo(preset.mode() == Mode.TRANSACTION ? "0" : "5");
                assertThat(sessions.sql("select 1").single(Integer.class)).isEqualTo(1);
            }
        }
    }

    @Test
    void logsItsProfileOnceAndNoPassword() {
        ListAppender<ILoggingEvent> events = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Level before = root.getLevel();
        events.start();
        root.addAppender(events);
        root.setLevel(Level.TRACE);
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_26.open()) {
            sessions.sql("select 1").row();
            List<String> lines = List.copyOf(events.list).stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .toList();
            assertThat(lines)
                    .filteredOn(line -> line.contains("evidence:"))
                    .containsExactly("Sky Session: " + sessions.profile());
            String password = Route.PGBOUNCER_1_26.endpoint().password();
            assertThat(lines).noneMatch(line -> line.contains(password));
            assertThat(sessions.toString() + sessions.profile() + sessions.dataSource())
                    .doesNotContain(password);
        } finally {
            root.detachAppender(events);
            root.setLevel(before);
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    @MayLeak("the driver of a plain pool sends SET application_name when it connects, before the library sees it")
    void goesOverAnExistingPool(Route route) throws Exception {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(route.endpoint().jdbcUrl());
        config.setMaximumPoolSize(2);
        try (HikariDataSource existing = new HikariDataSource(config)) {
            try (DatabaseSessionFactory sessions = DatabaseSessionFactory.wrap(existing)) {
                boolean direct = route.isDirect();
                // pgjdbc's own SET application_name has hidden Supavisor's mark from whoever comes later.
                assertThat(sessions.profile().pooler())
                        .isIn(pooler(route), route.isSupavisor() ? Pooler.UNKNOWN : pooler(route));
                for (int i = 0; i < 20; i++) {
                    sessions.write(session -> session.sql("select 'wrapped'").row());
                    sessions.sql("select 'wrapped'").row();
                }
                assertThat(sessions.dataSource().unwrap(HikariDataSource.class)).isSameAs(existing);
                if (!direct) {
                    assertThat(parameters(sessions).get("preferQueryMode").origin())
                            .isEqualTo(Origin.EXISTING_POOL);
                    assertNoPreparedStatements(route);
                }
            }
            assertThat(existing.isClosed()).isFalse();
        }
    }

    /** But those that the pooler keeps there by names of its own, for who uses it as it can be used. */
    static void assertNoPreparedStatements(Route route) throws Exception {
        try (Backends backends = Backends.of(route.pooler());
                Connection connection =
                        route.endpoint().connect(Map.of("prepareThreshold", "0", "assumeMinServerVersion", "12"));
                var statement = connection.createStatement()) {
            Map<Integer, List<String>> prepared = backends.onEach(() -> {
                try (var names = statement.executeQuery(
                        "select coalesce(array_agg(name || ' ' || statement), '{}') from pg_prepared_statements"
                                // Odyssey parses unnamed statements under names of this kind, too.
                                + " where name not like 'odyssey\\_pstmt\\_%' and name not like 'PGBOUNCER\\_%'")) {
                    names.next();
                    return List.of((String[]) names.getArray(1).getArray());
                }
            });
            assertThat(prepared)
                    .hasSize(Route.BACKENDS)
                    .allSatisfy((pid, names) -> assertThat(names).isEmpty());
        }
    }

    @Test
    void saysThatItIsClosed() {
        DatabaseSessionFactory sessions = Route.DIRECT.open();
        sessions.close();
        sessions.close();
        assertThatThrownBy(() -> sessions.sql("select 1").row())
                .isInstanceOf(SessionUsageException.class)
                .hasMessageContaining("the factory is closed");
        assertThatThrownBy(
                        () -> DatabaseSessionFactory.builder("postgres://h/d").maximumPoolSize(0))
                .isInstanceOf(SessionUsageException.class);
        assertThatThrownBy(
                        () -> DatabaseSessionFactory.builder("postgres://h/d").connectionTimeout(Duration.ofMillis(1)))
                .isInstanceOf(SessionUsageException.class);
    }
}
