package com.scrapersky.session.spring;

import com.scrapersky.session.DatabaseSessionFactory;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What Spring Boot's Actuator tells of the DataSources, where it is there. */
@AutoConfiguration(
        after = SkySessionAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@ConditionalOnBean(DataSourceGuard.class)
class SkySessionActuatorAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static class OfEndpoint {

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint
        SkySessionEndpoint skySessionEndpoint(DataSourceGuard guard) {
            return new SkySessionEndpoint(guard);
        }

        @Bean
        InfoContributor skySessionInfoContributor(DataSourceGuard guard) {
            return info -> {
                Map<String, Object> told = new TreeMap<>();
                for (GuardedDataSource dataSource : guard.guarded()) {
                    DatabaseSessionFactory sessions = dataSource.sessionsIfOpen();
                    if (sessions != null) {
                        told.put(dataSource.name(), SkySessionEndpoint.inShort(sessions.profile()));
                    }
                }
                info.withDetail("skySession", told);
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    static class OfHealth {

        @Bean
        @ConditionalOnEnabledHealthIndicator("skysession")
        HealthIndicator skySessionHealthIndicator(DataSourceGuard guard) {
            return new SkySessionHealth(guard);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    @ConditionalOnBean(MeterRegistry.class)
    static class OfMetrics {

        @Bean
        SkySessionMetrics skySessionMetrics(DataSourceGuard guard) {
            return new SkySessionMetrics(guard);
        }
    }

    /** Asked when a DataSource's first connection is wanted; without this bean its operations are told to nobody. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ObservationRegistry.class)
    @ConditionalOnBean(ObservationRegistry.class)
    static class OfObservations {

        @Bean
        WrappingCustomizer skySessionObservations(ObjectProvider<ObservationRegistry> registries) {
            return (name, wrapping) ->
                    registries.ifUnique(registry -> wrapping.observer(new OperationObservations(registry, name)));
        }
    }
}
