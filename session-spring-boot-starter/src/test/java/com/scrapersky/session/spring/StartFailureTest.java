package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.spring.shop.ShopApplication;
import com.scrapersky.session.testkit.MayLeak;
import com.scrapersky.session.testkit.PoolerError;
import com.scrapersky.session.testkit.PoolerFaults.Fault;
import com.scrapersky.session.testkit.TransactionPooler;
import com.zaxxer.hikari.HikariDataSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What a user reads when an application does not start. The pooler says each of these on the wire. */
@ExtendWith(OutputCaptureExtension.class)
class StartFailureTest {

    /** As small as an application with a database gets. */
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        DataSourceAutoConfiguration.class,
        SkySessionAutoConfiguration.class,
        SkySessionMigrationAutoConfiguration.class,
        FlywayAutoConfiguration.class
    })
    static class Small {}

    /** Flyway refuses what another test has left before it comes to anything else. */
    @BeforeEach
    void emptyDatabase() {
        Route.postgres()
                .execute(
                        "drop schema public cascade", "create schema public", "grant usage on schema public to public");
    }

    private static String textOf(Class<?> application, CapturedOutput output, String... properties) {
        SpringApplication starting = new SpringApplicationBuilder(application)
                .web(WebApplicationType.NONE)
                .properties("spring.main.banner-mode=off", "spring.liquibase.enabled=false")
                .properties("logging.level.org.hibernate=off")
                .properties(properties)
                .build();
        assertThatThrownBy(starting::run).isNotNull();
        String text = output.toString();
        assertThat(text).contains("APPLICATION FAILED TO START").doesNotContain("s3cret");
        return text;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            XX000 | (ENOTFOUND) tenant/user postgres.tenant not found | spring.datasource.username=postgres.<project reference>
            XX000 | Tenant or user not found | spring.datasource.username=postgres.<project reference>
            28P01 | password authentication failed for user "app" | Mend spring.datasource.username and spring.datasource.password
            XX000 | (ECIRCUITBREAKER) too many authentication failures, new connections are temporarily blocked | wait two minutes
            53300 | sorry, too many clients already | Lower spring.datasource.hikari.maximum-pool-size
            XX000 | (EMAXCONNTRANSACTION) max client connections reached, limit: 200 | Lower spring.datasource.hikari.maximum-pool-size
            08P01 | no more connections allowed (max_client_conn) | Lower spring.datasource.hikari.maximum-pool-size
            XX000 | (ESSLREQUIRED) SSL connection is required for user: postgres | Add ?sslmode=verify-full to spring.datasource.url
            08P01 | SSL required | Add ?sslmode=verify-full to spring.datasource.url
            08P01 | unsupported startup parameter: search_path | Take it out of the URL
            3D000 | database "shop" does not exist | behind the last slash of spring.datasource.url
            08P01 | no such database: shop | behind the last slash of spring.datasource.url
            XX000 | (EMAXCONNSESSION) max clients reached in session mode | port 6543 instead of 5432
            """)
    void eachRefusalSaysWhatToChange(String sqlState, String told, String action, CapturedOutput output) {
        TransactionPooler pooler = (TransactionPooler) Route.LIKE_SUPAVISOR.endpoint();
        try (Fault refusing = pooler.faults().refuseClients(PoolerError.fatal(sqlState, told))) {
            assertThat(textOf(Small.class, output, Route.LIKE_SUPAVISOR.properties()))
                    .contains("It was told: ")
                    .contains(told)
                    .contains(action);
        }
    }

    @Test
    void aFailureThatHibernateKeepsToItselfIsFound(CapturedOutput output) {
        TransactionPooler pooler = (TransactionPooler) Route.LIKE_SUPAVISOR.endpoint();
        try (Fault refusing = pooler.faults()
                .refuseClients(PoolerError.fatal("XX000", "(ENOTFOUND) tenant/user postgres.tenant not found"))) {
            List<String> properties = new ArrayList<>(List.of(Route.LIKE_SUPAVISOR.properties()));
            properties.add("spring.flyway.enabled=false");
            assertThat(textOf(ShopApplication.class, output, properties.toArray(String[]::new)))
                    .contains("spring.datasource.username=postgres.<project reference>");
        }
    }

    @Test
    @MayLeak("without the library")
    void aPreparedStatementThatMetAnotherBackend(CapturedOutput output) {
        assertThat(textOf(Small.class, output, Route.LIKE_SUPAVISOR.properties("sky.session.enabled=false")))
                .contains("do not set sky.session.enabled=false")
                .contains("It was told: ERROR: prepared statement \"S_");
    }

    @Test
    void supabasesDirectHostWithoutIpv6(CapturedOutput output) {
        assertThat(textOf(
                        Small.class,
                        output,
                        "spring.datasource.url=jdbc:postgresql://db.abcdefghijklmnopqrst.supabase.co:5432/postgres",
                        "spring.datasource.username=postgres",
                        "spring.datasource.password=s3cret"))
                .contains("It has an IPv6 address only")
                .contains("pooler.supabase.com, port 6543");
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://127.0.0.1:1/none, Nobody answers at the database's address",
        "jdbc:postgresql://nowhere.invalid/none, Nobody knows the name of the database's host"
    })
    void anAddressWhereNobodyIs(String url, String told, CapturedOutput output) {
        assertThat(textOf(Small.class, output, "spring.datasource.url=" + url))
                .contains(told)
                .contains("in spring.datasource.url");
    }

    /** By the name of the property, and without its value, which may hold a password. */
    @ParameterizedTest
    @CsvSource({
        "sky.session.session-url, nonsense, Write postgresql://",
        "sky.session.session-url, postgresql://app:s3cret@host:port/shop, A port is not a number",
        "sky.session.migration.url, postgresql://app:s3cret@host:port/shop, A port is not a number"
    })
    void anUrlThatIsNone(String property, String value, String told, CapturedOutput output) {
        assertThat(textOf(Small.class, output, Route.LIKE_SUPAVISOR.properties(property + "=" + value)))
                .contains(property + " cannot be read.")
                .contains(told);
    }

    @ParameterizedTest
    @CsvSource({
        "sky.session.pooler=nonsense, SUPAVISOR_TRANSACTION",
        "sky.session.policy.nonsense=refuse, ADVISORY_LOCK",
        "sky.session.policy.role=nonsense, VIRTUALISE",
        "sky.session.maximum-session-connections=0, must be at least 1"
    })
    void aValueThatIsNone(String property, String told, CapturedOutput output) {
        assertThat(textOf(Small.class, output, Route.LIKE_SUPAVISOR.properties(property)))
                .contains("Update your application's configuration")
                .contains(told);
    }

    @Test
    void whatNeedsASessionAndHasNone(CapturedOutput output) {
        assertThat(textOf(Small.class, output, Route.LIKE_SUPAVISOR.properties("spring.flyway.init-sqls=listen news")))
                .contains("Set sky.session.session-url");
    }

    @Test
    void aPoolThatIsWantedByItsOwnType(CapturedOutput output) {
        assertThat(textOf(WantsHikari.class, output, Route.LIKE_SUPAVISOR.properties("spring.flyway.enabled=false")))
                .contains("dataSource.unwrap(HikariDataSource.class)")
                .contains("sky.session.exclude=dataSource");
    }

    @Configuration(proxyBeanMethods = false)
    static class WantsHikari extends Small {
        @Bean
        String wanting(HikariDataSource dataSource) {
            return dataSource.getPoolName();
        }
    }
}
