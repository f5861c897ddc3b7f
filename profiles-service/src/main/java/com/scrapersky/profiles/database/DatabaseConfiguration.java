package com.scrapersky.profiles.database;

import com.scrapersky.profiles.Variables;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.DatabaseUrl;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;

/** The one way to the database, from the variables of the former system. */
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {

    private static final List<String> VARIABLES = List.of(
            "DATABASE_URL",
            "SUPABASE_POOLER_HOST",
            "SUPABASE_POOLER_PORT",
            "SUPABASE_POOLER_USER",
            "SUPABASE_DB_PASSWORD",
            "SUPABASE_URL");

    /**
     * Opens the database and brings its tables up to date, so that nobody gets a session before. A mistake in the rest of
     * the configuration shows before anything is changed.
     */
    @Bean(destroyMethod = "close")
    @DependsOn({"jwtDecoder", "tenants"})
    DatabaseSessionFactory sessions(Variables variables) {
        Map<String, String> given = new HashMap<>();
        VARIABLES.forEach(name -> variables.get(name).ifPresent(value -> given.put(name, value)));
        DatabaseUrl url = DatabaseUrl.fromEnvironment(given);
        DatabaseSessionFactory.Builder builder = DatabaseSessionFactory.builder(url);
        if (url.applicationName().isEmpty()) {
            builder.applicationName("profiles-service");
        }
        DatabaseSessionFactory sessions = builder.build();
        try {
            new Migration(url, sessions, variables).run();
            return sessions;
        } catch (RuntimeException failure) {
            sessions.close();
            throw failure;
        }
    }
}
