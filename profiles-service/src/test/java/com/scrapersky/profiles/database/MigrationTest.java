package com.scrapersky.profiles.database;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.Labs;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.DatabaseUrl;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.io.support.ResourcePropertySource;

/** The tables come about over whichever way there is. */
@Tag("once")
class MigrationTest {

    private static int databases;

    private final String database = "migration_" + ++databases;

    @BeforeEach
    void createDatabase() {
        Labs.postgres().createDatabase(database);
    }

    @ParameterizedTest
    @EnumSource(PgBouncerVersion.class)
    void overADirectUrl(PgBouncerVersion version) {
        try (DatabaseSessionFactory sessions = open(version)) {
            migrate(version, sessions, Map.of("MIGRATION_DATABASE_URL", directUrl()));

            assertThat(tables(sessions)).contains("profiles", "profiles_schema_history");
        }
    }

    @ParameterizedTest
    @EnumSource(PgBouncerVersion.class)
    void throughThePoolerByTwoAtOnce(PgBouncerVersion version) throws IOException {
        try (DatabaseSessionFactory sessions = open(version)) {
            // One that migrates needs two backends, one that waits for it holds the third.
            CompletableFuture.allOf(IntStream.range(0, 2)
                            .mapToObj(i -> CompletableFuture.runAsync(() -> migrate(version, sessions, Map.of())))
                            .toArray(CompletableFuture[]::new))
                    .join();

            assertThat(tables(sessions)).contains("profiles", "profiles_schema_history");
            assertThat(sessions.sql("select count(*) from profiles_schema_history where success")
                            .single(Long.class))
                    .isEqualTo(migrations());
        }
    }

    @Test
    void aTableOfTheFormerSystemIsKept() {
        try (DatabaseSessionFactory sessions = open(PgBouncerVersion.V1_26)) {
            sessions.sql("create table profiles (id uuid primary key, tenant_id uuid not null, name text, email text,"
                            + " avatar_url text, bio text, role text, active boolean default true,"
                            + " created_at timestamptz default now(), updated_at timestamptz default now())")
                    .update();
            sessions.sql(
                            "insert into profiles (id, tenant_id, name) values (gen_random_uuid(), gen_random_uuid(), 'x')")
                    .update();

            migrate(PgBouncerVersion.V1_26, sessions, Map.of("DIRECT_URL", directUrl()));

            assertThat(sessions.sql("select name from profiles").single(String.class))
                    .isEqualTo("x");
            assertThat(sessions.sql("select indexname::text from pg_indexes where tablename = 'profiles'")
                            .list(String.class))
                    .contains("profiles_tenant_created_idx", "profiles_tenant_email_key");
        }
    }

    /** Starts what the service has for its database, and stops it. */
    private void migrate(PgBouncerVersion version, DatabaseSessionFactory sessions, Map<String, Object> variables) {
        Map<String, Object> all = new HashMap<>(variables);
        all.put(
                "DATABASE_URL",
                url(version).toString().replace("****", Labs.postgres().password()));
        try (AnnotationConfigApplicationContext application = new AnnotationConfigApplicationContext()) {
            MutablePropertySources sources = application.getEnvironment().getPropertySources();
            sources.addFirst(new MapPropertySource("test", all));
            sources.addLast(new ResourcePropertySource("classpath:application.properties"));
            application.register(Database.class);
            application.refresh();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Without an annotation by which the service's own start would find it. */
    @EnableAutoConfiguration(exclude = HibernateJpaAutoConfiguration.class)
    @Import({DatabaseConfiguration.class, LoginRights.class})
    static class Database {

        @Bean
        Object jwtDecoder() {
            return "none is wanted";
        }

        @Bean
        Object tenants() {
            return "none is wanted";
        }
    }

    private static long migrations() throws IOException {
        return new PathMatchingResourcePatternResolver().getResources("classpath:db/migration/V*.sql").length;
    }

    private DatabaseSessionFactory open(PgBouncerVersion version) {
        return DatabaseSessionFactory.builder(url(version)).build();
    }

    private DatabaseUrl url(PgBouncerVersion version) {
        PgBouncerLab pooler = Labs.pooler(version);
        return DatabaseUrl.parse(pooler.url()).withDatabase(database);
    }

    private String directUrl() {
        String url = Labs.postgres().url();
        return url.substring(0, url.lastIndexOf('/') + 1) + database;
    }

    private static List<String> tables(DatabaseSessionFactory sessions) {
        return sessions.sql("select table_name::text from information_schema.tables where table_schema = 'public'")
                .list(String.class);
    }
}
