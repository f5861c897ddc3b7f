package com.scrapersky.session.spring;

import java.util.Optional;
import javax.sql.DataSource;
import liquibase.integration.spring.SpringLiquibase;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.flyway.autoconfigure.FlywayConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

/**
 * Sends Flyway and Liquibase past a pooler in transaction mode where a way is known, by the connection details that Spring
 * Boot asks for; a URL or user of the application's own for them wins.
 */
@AutoConfiguration(
        after = SkySessionAutoConfiguration.class,
        // By name: an annotation that names a class which an application does not have cannot be read as a whole.
        beforeName = {
            "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration",
            "org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration"
        })
@ConditionalOnBean(DataSourceGuard.class)
class SkySessionMigrationAutoConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(SkySessionMigrationAutoConfiguration.class);

    private static @Nullable MigrationUrl url(
            SkySessionProperties properties, ObjectProvider<JdbcConnectionDetails> dataSource, String tool) {
        Optional<MigrationUrl> url = MigrationUrl.of(properties, dataSource.getIfAvailable());
        url.ifPresent(known -> LOG.info("{} goes to {}", tool, known));
        return url.orElse(null);
    }

    /** What Spring Boot makes for a URL or a user of the tool's own is no bean, and may lead to a pooler as well. */
    private static DataSource safe(DataSource dataSource, String tool, DataSourceGuard guard) {
        return LoginDataSource.forMigration(
                dataSource instanceof SimpleDriverDataSource ? guard.guard(dataSource, tool) : dataSource, tool);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Flyway.class, FlywayConnectionDetails.class})
    static class OfFlyway {

        @Bean
        @ConditionalOnMissingBean(FlywayConnectionDetails.class)
        @ConditionalOnProperty(name = "spring.flyway.url", havingValue = "none", matchIfMissing = true)
        FlywayConnectionDetails skySessionFlywayConnectionDetails(
                SkySessionProperties properties,
                ObjectProvider<JdbcConnectionDetails> dataSource,
                org.springframework.core.env.Environment environment) {
            // Its user alone, without a URL, is for the DataSource's own address.
            String user = environment.getProperty("spring.flyway.user");
            return new FlywayDetails(
                    user == null ? url(properties, dataSource, "Flyway") : null,
                    user,
                    environment.getProperty("spring.flyway.password"));
        }

        @Bean
        FlywayConfigurationCustomizer skySessionFlywayCustomizer(DataSourceGuard guard) {
            return configuration -> {
                DataSource dataSource = configuration.getDataSource();
                if (dataSource != null) {
                    configuration.dataSource(safe(dataSource, "Flyway", guard));
                }
            };
        }
    }

    private record FlywayDetails(
            @Nullable MigrationUrl url,
            @Nullable String user,
            @Nullable String secret) implements FlywayConnectionDetails {
        @Override
        public @Nullable String getUsername() {
            return url == null ? user : url.user();
        }

        @Override
        public @Nullable String getPassword() {
            return url == null ? secret : url.password();
        }

        @Override
        public @Nullable String getJdbcUrl() {
            return url == null ? null : url.jdbcUrl();
        }

        /** Without the password. */
        @Override
        public String toString() {
            return "connection details of " + url;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({SpringLiquibase.class, LiquibaseConnectionDetails.class})
    static class OfLiquibase {

        @Bean
        @ConditionalOnMissingBean(LiquibaseConnectionDetails.class)
        @ConditionalOnProperty(name = "spring.liquibase.url", havingValue = "none", matchIfMissing = true)
        LiquibaseConnectionDetails skySessionLiquibaseConnectionDetails(
                SkySessionProperties properties,
                ObjectProvider<JdbcConnectionDetails> dataSource,
                org.springframework.core.env.Environment environment) {
            String user = environment.getProperty("spring.liquibase.user");
            return new LiquibaseDetails(
                    user == null ? url(properties, dataSource, "Liquibase") : null,
                    user,
                    environment.getProperty("spring.liquibase.password"));
        }

        @Bean
        static BeanPostProcessor skySessionLiquibasePostProcessor(ObjectProvider<DataSourceGuard> guard) {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessBeforeInitialization(Object bean, String beanName) {
                    if (bean instanceof SpringLiquibase liquibase && liquibase.getDataSource() != null) {
                        liquibase.setDataSource(safe(liquibase.getDataSource(), "Liquibase", guard.getObject()));
                    }
                    return bean;
                }
            };
        }
    }

    private record LiquibaseDetails(
            @Nullable MigrationUrl url,
            @Nullable String user,
            @Nullable String secret) implements LiquibaseConnectionDetails {
        @Override
        public @Nullable String getUsername() {
            return url == null ? user : url.user();
        }

        @Override
        public @Nullable String getPassword() {
            return url == null ? secret : url.password();
        }

        @Override
        public @Nullable String getJdbcUrl() {
            return url == null ? null : url.jdbcUrl();
        }

        /** Without the password. */
        @Override
        public String toString() {
            return "connection details of " + url;
        }
    }
}
