package com.scrapersky.profiles.database;

import com.scrapersky.profiles.Variables;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether a variable of the former system says where migrations go, and {@code spring.flyway.url} does not. */
final class OnMigrationUrl implements Condition {

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
        return context.getEnvironment() instanceof ConfigurableEnvironment environment
                && !environment.containsProperty("spring.flyway.url")
                && FormerVariables.isMigrationGiven(new Variables(environment));
    }
}
