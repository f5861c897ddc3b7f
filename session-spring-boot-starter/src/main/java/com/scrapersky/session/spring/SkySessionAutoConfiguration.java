package com.scrapersky.session.spring;

import com.scrapersky.session.DatabaseSessionFactory;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Makes the application's DataSources pool-safe, and gives a {@link DatabaseSessionFactory} over the main one. That bean
 * looks at the database when it is first asked for, so nothing is opened that the application would not have opened.
 */
@AutoConfiguration(after = DataSourceAutoConfiguration.class)
@ConditionalOnClass({DataSource.class, PGConnection.class})
@ConditionalOnProperty(name = "sky.session.enabled", matchIfMissing = true)
@EnableConfigurationProperties(SkySessionProperties.class)
class SkySessionAutoConfiguration {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static DataSourceGuard skySessionDataSourceGuard(ObjectProvider<GuardSettings> settings) {
        return new DataSourceGuard(settings);
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static GuardSettings skySessionGuardSettings(
            SkySessionProperties properties,
            ObjectProvider<SessionContextSource> contexts,
            ObjectProvider<WrappingCustomizer> customizers,
            ConfigurableListableBeanFactory beans) {
        // Asked for one after the other when a first connection is wanted: the sources may need beans of the
        // application.
        return new GuardSettings(properties, contexts, customizers, name -> isMain(name, beans));
    }

    /** JdbcTemplate and JdbcClient take it by themselves. */
    @Bean
    @ConditionalOnMissingBean(SQLExceptionTranslator.class)
    PoolerExceptionTranslator poolerExceptionTranslator() {
        return PoolerExceptionTranslator.forJdbc();
    }

    /** For what fails at COMMIT and ROLLBACK. */
    @Bean
    TransactionManagerCustomizer<JdbcTransactionManager> poolerExceptionTranslation(
            ObjectProvider<SQLExceptionTranslator> translators) {
        return manager -> translators.ifUnique(manager::setExceptionTranslator);
    }

    @Bean(destroyMethod = "")
    @Lazy
    @ConditionalOnMissingBean
    @ConditionalOnSingleCandidate(DataSource.class)
    DatabaseSessionFactory databaseSessionFactory(DataSource dataSource) throws SQLException {
        return dataSource.isWrapperFor(GuardedDataSource.class)
                ? dataSource.unwrap(GuardedDataSource.class).sessions()
                : DatabaseSessionFactory.wrap(dataSource);
    }

    /** Where Hibernate is JPA's provider. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HibernateJpaVendorAdapter.class)
    static class OfHibernate {

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static BeanPostProcessor poolerExceptionsOfHibernate() {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    if (bean instanceof HibernateJpaVendorAdapter hibernate) {
                        hibernate.getJpaDialect().setJdbcExceptionTranslator(PoolerExceptionTranslator.forHibernate());
                    }
                    return bean;
                }
            };
        }
    }

    /** Where Spring Security is, and the application wants it. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(SecurityContextHolder.class)
    @ConditionalOnProperty("sky.session.security.enabled")
    static class OfSecurity {

        @Bean
        @ConditionalOnMissingBean
        SessionContextSource authenticationContexts(SkySessionProperties properties) {
            return new AuthenticationContexts(properties.security());
        }
    }

    private static boolean isMain(String name, ConfigurableListableBeanFactory beans) {
        List<String> names = List.of(beans.getBeanNamesForType(DataSource.class, false, false));
        return names.contains(name)
                && (names.size() == 1
                        || (beans.containsBeanDefinition(name)
                                && beans.getBeanDefinition(name).isPrimary()));
    }
}
