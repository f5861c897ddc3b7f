package com.scrapersky.profiles.database;

import com.scrapersky.profiles.Variables;
import com.scrapersky.session.DatabaseUrl;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.flyway.autoconfigure.FlywayConnectionDetails;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Where the database is. {@code spring.datasource.*} says so, or the variables of the former system; all that a pooler needs
 * comes from the starter.
 */
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseConfiguration.class);

    @Bean
    Variables variables(ConfigurableEnvironment environment) {
        return new Variables(environment);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = "spring.datasource.url", havingValue = "none", matchIfMissing = true)
    static class OfVariables {

        @Bean
        JdbcConnectionDetails databaseOfVariables(Variables variables) {
            return new DataSourceDetails(FormerVariables.database(variables));
        }

        @Bean
        static BeanPostProcessor poolOfVariables(ObjectProvider<JdbcConnectionDetails> details) {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessBeforeInitialization(Object bean, String beanName) {
                    if (bean instanceof HikariDataSource pool
                            && details.getObject() instanceof DataSourceDetails told) {
                        told.applyTo(pool);
                    }
                    return bean;
                }
            };
        }
    }

    @Bean
    @Conditional(OnMigrationUrl.class)
    FlywayConnectionDetails migrationOfVariables(Variables variables, JdbcConnectionDetails dataSource) {
        DatabaseUrl url = FormerVariables.migration(variables).orElseThrow();
        LOG.info("The migration runs over {}", url);
        return new MigrationDetails(url, dataSource);
    }

    /** A mistake in the rest of the configuration shows before anything is changed. */
    @Bean
    @DependsOn({"jwtDecoder", "tenants"})
    FlywayMigrationStrategy migration() {
        return flyway -> {
            try {
                flyway.migrate();
            } catch (FlywayException failure) {
                if (failure.getErrorCode() != CoreErrorCode.ERROR) {
                    throw failure;
                }
                // Flyway looks for its history before it takes its lock: of several instances that start on an empty
                // database, one may find that another has begun it in between. Then there is one, and this cannot
                // recur.
                LOG.info("the migration is tried once more: {}", failure.getMessage());
                flyway.migrate();
            }
        };
    }

    private record DataSourceDetails(DatabaseUrl url) implements JdbcConnectionDetails {

        @Override
        public @Nullable String getUsername() {
            return FormerVariables.user(url);
        }

        @Override
        public @Nullable String getPassword() {
            return FormerVariables.password(url);
        }

        @Override
        public String getJdbcUrl() {
            return FormerVariables.jdbcUrl(url);
        }

        void applyTo(HikariDataSource pool) {
            FormerVariables.ofPool(url, "connection_limit").ifPresent(pool::setMaximumPoolSize);
            FormerVariables.ofPool(url, "pool_timeout")
                    .ifPresent(seconds -> pool.setConnectionTimeout(
                            Duration.ofSeconds(seconds).toMillis()));
        }

        @Override
        public String toString() {
            return url.toString();
        }
    }

    private record MigrationDetails(DatabaseUrl url, JdbcConnectionDetails dataSource)
            implements FlywayConnectionDetails {

        @Override
        public @Nullable String getUsername() {
            return url.user().isPresent() ? FormerVariables.user(url) : dataSource.getUsername();
        }

        @Override
        public @Nullable String getPassword() {
            return url.hasPassword() ? FormerVariables.password(url) : dataSource.getPassword();
        }

        @Override
        public String getJdbcUrl() {
            return FormerVariables.jdbcUrl(url);
        }

        @Override
        public String toString() {
            return url.toString();
        }
    }
}
