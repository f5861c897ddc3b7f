package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.MustChangeBackend;
import com.scrapersky.session.testkit.PoolerError;
import com.scrapersky.session.testkit.TransactionPooler;
import jakarta.persistence.EntityManagerFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizationAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.dao.support.PersistenceExceptionTranslator;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.SQLExceptionTranslator;

/** What Spring makes of the errors of poolers: a caller's retry goes by its exceptions. */
@MustChangeBackend
class ExceptionTranslationTest {

    private static TransactionPooler pooler;

    @BeforeAll
    static void start() {
        pooler = TransactionPooler.builder(Route.postgres())
                .preset(Manners.supavisor())
                .poolSize(2)
                .checkoutTimeout(Duration.ofMillis(300))
                .handOver(HandOver.LONGEST_IDLE)
                .start();
    }

    @AfterAll
    static void stop() {
        pooler.close();
    }

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    TransactionManagerCustomizationAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    SkySessionAutoConfiguration.class))
            .withInitializer(context -> TestPropertyValues.of(
                            "spring.datasource.url=" + pooler.jdbcUrl(), "spring.datasource.hikari.maximum-pool-size=1")
                    .applyTo(context));

    /** A pool of the real thing that has no backend to give: what the pooler says is transient, and the next attempt works. */
    @Test
    void aBusyPoolerIsTransient() {
        application.run(context -> {
            JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
            busyInBetween(() -> jdbc.queryForObject("select 1", Integer.class), error -> error);
        });
    }

    @Test
    void aBusyPoolerIsTransientForHibernate() {
        application
                .withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class))
                .withUserConfiguration(NoEntities.class)
                .run(context -> {
                    EntityManagerFactory entities = context.getBean(EntityManagerFactory.class);
                    PersistenceExceptionTranslator spring = context.getBean(PersistenceExceptionTranslator.class);
                    busyInBetween(
                            () -> entities.callInTransaction(
                                    session -> (Integer) session.createNativeQuery("select 1", Integer.class)
                                            .getSingleResult()),
                            error -> spring.translateExceptionIfPossible((RuntimeException) error));
                });
    }

    @Configuration
    @AutoConfigurationPackage(basePackages = "com.scrapersky.session.spring.none")
    static class NoEntities {}

    private static void busyInBetween(Callable<Integer> work, UnaryOperator<Throwable> translated) throws Exception {
        assertThat(work.call()).isEqualTo(1);
        try (AutoCloseable busy = pooler.faults().exhaustPool()) {
            assertThat(translated.apply(catchThrowable(work::call)))
                    .isInstanceOf(TransientDataAccessResourceException.class)
                    .hasMessageContaining("ECHECKOUTTIMEOUT");
        }
        assertThat(work.call()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "08P01|query_wait_timeout|transient",
                "08P01|no more connections allowed (max_client_conn)|transient",
                "08P01|server login failed: FATAL sorry, too many clients already|transient",
                "XX000|(ECHECKOUTTIMEOUT) unable to check out connection from the pool after 60000ms|transient",
                "26000|prepared statement \"odyssey_pstmt_1\" does not exist|transient",
                "58000|odyssey: c0a1b2c3d4e5f: failed to get remote server connection|transient",
                "53300|sorry, too many clients already|transient",
                "42P05|prepared statement \"S_1\" already exists|transient",
                "26000|prepared statement \"S_1\" does not exist|transient",
                "40001|could not serialize access due to concurrent update|transient",
                "40P01|deadlock detected|transient",
                "55P03|could not obtain lock on row|transient",
                "28P01|password authentication failed for user \"app\"|non-transient",
                "XX000|(ENOTFOUND) tenant/user postgres.other not found|non-transient",
                "08P01|unsupported startup parameter: search_path|non-transient",
                "23505|duplicate key value violates unique constraint \"a\"|non-transient",
                "42P01|relation \"nowhere\" does not exist|non-transient",
                "08006|An I/O error occurred while sending to the backend.|non-transient"
            })
    void transientOrNot(String state, String text, String expected) {
        DataAccessException translated =
                PoolerExceptionTranslator.forJdbc().translate("test", "select 1", new SQLException(text, state));
        assertThat(translated)
                .isInstanceOf(
                        expected.equals("transient")
                                ? TransientDataAccessException.class
                                : NonTransientDataAccessException.class);
    }

    /** Not one of the errors that poolers are known for is left to Spring's UncategorizedSQLException. */
    @Test
    void everyKnownErrorOfAPoolerHasAKind() {
        List<String> uncategorized = PoolerError.ALL.stream()
                .filter(error -> PoolerExceptionTranslator.forJdbc()
                                .translate("test", "select 1", new SQLException(error.text(), error.sqlState()))
                        == null)
                .map(error -> String.format(Locale.ROOT, "%s %s", error.sqlState(), error.text()))
                .toList();
        assertThat(uncategorized).isEmpty();
    }

    @Test
    void theApplicationsOwnTranslatorWins() {
        SQLExceptionTranslator own = (task, sql, error) -> null;
        application.withBean(SQLExceptionTranslator.class, () -> own).run(context -> {
            assertThat(context).hasSingleBean(SQLExceptionTranslator.class);
            assertThat(context.getBean(JdbcTemplate.class).getExceptionTranslator())
                    .isSameAs(own);
            assertThat(context.getBean(JdbcTransactionManager.class).getExceptionTranslator())
                    .isSameAs(own);
        });
    }
}
