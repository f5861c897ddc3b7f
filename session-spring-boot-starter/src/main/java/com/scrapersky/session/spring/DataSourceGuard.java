package com.scrapersky.session.spring;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Wrapping;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.common.BaseDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.jdbc.datasource.AbstractDriverBasedDataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.util.ClassUtils;

/**
 * Wraps every DataSource bean, once it is initialised. What delegates to another DataSource keeps its place, so that a proxy
 * which fetches connections late goes on doing that: its target is wrapped instead. Opens no connection.
 */
final class DataSourceGuard implements BeanPostProcessor, PriorityOrdered, DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(DataSourceGuard.class);
    private static final boolean HIKARI =
            ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource", DataSourceGuard.class.getClassLoader());

    private static final String SERVER_VERSION = "12";

    private final ObjectProvider<GuardSettings> settings;
    private final List<GuardedDataSource> guarded = new CopyOnWriteArrayList<>();

    DataSourceGuard(ObjectProvider<GuardSettings> settings) {
        this.settings = settings;
        GuardedDataSource.forgetFailure();
    }

    /** Before those that put something around a DataSource. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE + 100;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        return bean instanceof DataSource dataSource && !settings.getObject().isExcluded(beanName)
                ? guard(dataSource, beanName)
                : bean;
    }

    /** Those that were wrapped. */
    List<GuardedDataSource> guarded() {
        return guarded;
    }

    /** A pool-safe DataSource in the place of this one, which may already be it. */
    DataSource guard(DataSource dataSource, String name) {
        if (dataSource instanceof EmbeddedDatabase || isGuarded(dataSource)) {
            return dataSource;
        } else if (dataSource instanceof DelegatingDataSource delegating) {
            DataSource target = delegating.getTargetDataSource();
            if (target != null) {
                delegating.setTargetDataSource(guard(target, name));
            }
            return dataSource;
        } else if (dataSource instanceof AbstractRoutingDataSource routing) {
            guardTargets(routing, name);
            return dataSource;
        }
        String url = url(dataSource);
        if (url != null && !url.contains("postgres")) {
            return dataSource;
        }
        boolean certain = dataSource instanceof BaseDataSource || (url != null && url.startsWith("jdbc:postgresql:"));
        if (certain) {
            quietLogin(dataSource);
        }
        GuardedDataSource wrapped = new GuardedDataSource(name, dataSource, certain, () -> open(name, dataSource));
        guarded.add(wrapped);
        LOG.debug("Sky Session: the DataSource \"{}\" is pool-safe from its first connection on", name);
        return wrapped;
    }

    /** The application name travels in the startup packet: no SET on a backend that belongs to everybody. A pool is told later. */
    private static void quietLogin(DataSource dataSource) {
        if (dataSource instanceof BaseDataSource driver) {
            if (driver.getAssumeMinServerVersion() == null) {
                driver.setAssumeMinServerVersion(SERVER_VERSION);
            }
        } else if (dataSource instanceof AbstractDriverBasedDataSource driverBased) {
            Properties told = new Properties();
            told.setProperty("assumeMinServerVersion", SERVER_VERSION);
            if (driverBased.getConnectionProperties() != null) {
                told.putAll(driverBased.getConnectionProperties());
            }
            driverBased.setConnectionProperties(told);
        }
    }

    private void guardTargets(AbstractRoutingDataSource routing, String name) {
        Map<Object, Object> targets = new HashMap<>();
        routing.getResolvedDataSources().forEach((key, target) -> targets.put(key, guard(target, name + "." + key)));
        routing.setTargetDataSources(targets);
        DataSource byDefault = routing.getResolvedDefaultDataSource();
        if (byDefault != null) {
            routing.setDefaultTargetDataSource(guard(byDefault, name));
        }
        routing.initialize();
    }

    private DatabaseSessionFactory open(String name, DataSource pool) {
        Wrapping wrapping = DatabaseSessionFactory.wrapping(pool);
        settings.getObject().apply(name, wrapping);
        return wrapping.build();
    }

    /** A user's proxy around another bean, which is guarded already, is found by asking through it. */
    private static boolean isGuarded(DataSource dataSource) {
        try {
            return !(dataSource instanceof DelegatingDataSource delegating && delegating.getTargetDataSource() == null)
                    && !(dataSource instanceof AbstractRoutingDataSource)
                    && dataSource.isWrapperFor(GuardedDataSource.class);
        } catch (SQLException unanswered) {
            return false;
        }
    }

    private static @Nullable String url(DataSource dataSource) {
        if (HIKARI && dataSource instanceof com.zaxxer.hikari.HikariDataSource hikari) {
            return hikari.getJdbcUrl();
        }
        return dataSource instanceof AbstractDriverBasedDataSource driverBased ? driverBased.getUrl() : null;
    }

    @Override
    public void destroy() {
        guarded.forEach(GuardedDataSource::close);
    }
}
