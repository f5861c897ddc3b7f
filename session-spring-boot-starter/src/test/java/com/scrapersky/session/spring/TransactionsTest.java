package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.MayKeepBackend;
import com.scrapersky.session.testkit.MustChangeBackend;
import com.scrapersky.session.testkit.OdysseyLab;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.PostgresEndpoint;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Transactions in transactions, as {@code @Transactional(propagation = …)} asks for them, directly and behind each pooler. */
@MustChangeBackend
class TransactionsTest {

    enum Way {
        DIRECT,
        PGBOUNCER_1_18,
        PGBOUNCER_1_26,
        LIKE_SUPAVISOR,
        ODYSSEY;

        PostgresEndpoint endpoint() {
            return this == ODYSSEY ? odyssey : Route.valueOf(name()).endpoint();
        }
    }

    private static OdysseyLab odyssey;

    @BeforeAll
    static void start() {
        odyssey = OdysseyLab.builder(Route.postgres())
                .poolSize(3)
                .discard(false)
                .reservePreparedStatements(false)
                .start();
    }

    @AfterAll
    static void stop() {
        odyssey.close();
    }

    @BeforeEach
    void table() {
        Route.postgres().execute("drop table if exists events", "create table events (what text)");
    }

    @ParameterizedTest
    @EnumSource
    @MayKeepBackend("savepoints are within one transaction, and Odyssey gives the same backend for the next one")
    void nestedOnesAreSavepoints(Way way) {
        run(way, (jdbc, transactions) -> {
            in(transactions, TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult(outer -> {
                insert(jdbc, "outer");
                in(transactions, TransactionDefinition.PROPAGATION_NESTED).executeWithoutResult(inner -> {
                    insert(jdbc, "undone");
                    inner.setRollbackOnly();
                });
                in(transactions, TransactionDefinition.PROPAGATION_NESTED)
                        .executeWithoutResult(inner -> insert(jdbc, "kept"));
            });
            assertThat(events(jdbc)).containsExactly("kept", "outer");
        });
    }

    /** The inner one has a backend of its own, and stays whatever becomes of the outer one. */
    @ParameterizedTest
    @EnumSource
    void newOnesStandAlone(Way way) {
        run(way, (jdbc, transactions) -> {
            in(transactions, TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult(outer -> {
                insert(jdbc, "undone");
                int backend = backend(jdbc);
                in(transactions, TransactionDefinition.PROPAGATION_REQUIRES_NEW).executeWithoutResult(inner -> {
                    assertThat(backend(jdbc)).isNotEqualTo(backend);
                    insert(jdbc, "kept");
                });
                assertThat(backend(jdbc))
                        .as("the outer one goes on where it was")
                        .isEqualTo(backend);
                outer.setRollbackOnly();
            });
            assertThat(events(jdbc)).containsExactly("kept");
        });
    }

    /** Of isolation, read-only and timeout the inner one has its own, and the outer one keeps its. */
    @ParameterizedTest
    @EnumSource
    void newOnesHaveTheirOwnCharacteristics(Way way) {
        run(way, (jdbc, transactions) -> {
            DefaultTransactionDefinition strict = new DefaultTransactionDefinition();
            strict.setIsolationLevel(TransactionDefinition.ISOLATION_SERIALIZABLE);
            strict.setReadOnly(true);
            new TransactionTemplate(transactions, strict).executeWithoutResult(outer -> {
                assertThat(characteristics(jdbc)).isEqualTo("serializable on");
                in(transactions, TransactionDefinition.PROPAGATION_REQUIRES_NEW)
                        .executeWithoutResult(
                                inner -> assertThat(characteristics(jdbc)).isEqualTo("read committed off"));
                assertThat(characteristics(jdbc)).isEqualTo("serializable on");
            });
            in(transactions, TransactionDefinition.PROPAGATION_REQUIRED)
                    .executeWithoutResult(
                            next -> assertThat(characteristics(jdbc)).isEqualTo("read committed off"));
        });
    }

    private interface Program {
        void run(JdbcTemplate jdbc, PlatformTransactionManager transactions);
    }

    private static void run(Way way, Program program) {
        PostgresEndpoint endpoint = way.endpoint();
        if (endpoint instanceof PoolerLab pooler) {
            try (LeakProbe probe = LeakProbe.before(pooler)) {
                application(endpoint, program);
                probe.assertNothingLeaked();
            }
        } else {
            application(endpoint, program);
        }
    }

    private static void application(PostgresEndpoint endpoint, Program program) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        SkySessionAutoConfiguration.class))
                .withPropertyValues(
                        "spring.datasource.url=" + endpoint.jdbcUrl(), "spring.datasource.hikari.maximum-pool-size=2")
                .run(context -> program.run(
                        context.getBean(JdbcTemplate.class), context.getBean(PlatformTransactionManager.class)));
    }

    private static TransactionTemplate in(PlatformTransactionManager transactions, int propagation) {
        return new TransactionTemplate(transactions, new DefaultTransactionDefinition(propagation));
    }

    private static void insert(JdbcTemplate jdbc, String what) {
        jdbc.update("insert into events values (?)", what);
    }

    private static List<String> events(JdbcTemplate jdbc) {
        return jdbc.queryForList("select what from events order by what", String.class);
    }

    private static int backend(JdbcTemplate jdbc) {
        return jdbc.queryForObject("select pg_backend_pid()", Integer.class);
    }

    private static String characteristics(JdbcTemplate jdbc) {
        return jdbc.queryForObject(
                "select current_setting('transaction_isolation') || ' ' || current_setting('transaction_read_only')",
                String.class);
    }
}
