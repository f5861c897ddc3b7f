package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.PoolerProfile.Mode;
import com.scrapersky.session.PoolerProfile.Pooler;
import com.scrapersky.session.spring.plain.PlainApplication;
import com.scrapersky.session.spring.shop.Shop;
import com.scrapersky.session.spring.shop.ShopApplication;
import com.scrapersky.session.testkit.PostgresEndpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * Where a container says where the database is, that DataSource is pool-safe as another one. There is no engine here, so nothing
 * is in a container: a container's and the command line's answers are played, for PgBouncer in transaction mode in front of the
 * tests' PostgreSQL. What reads them is Spring Boot's own.
 */
@Tag("once")
class ContainersTest {

    private static final Route ROUTE = Route.PGBOUNCER_1_18;

    @TempDir
    private Path directory;

    /** {@code @ServiceConnection}: an application without a word about its database. */
    @Test
    void ofTestcontainers() throws Exception {
        Route.postgres()
                .execute(
                        "drop schema public cascade", "create schema public", "grant usage on schema public to public");
        try (ConfigurableApplicationContext application = new SpringApplicationBuilder(
                        ShopApplication.class, Containers.class)
                .properties(
                        "spring.main.web-application-type=none",
                        "spring.main.banner-mode=off",
                        "spring.liquibase.enabled=false")
                .run()) {
            Running container = application.getBean(Running.class);
            assertThat(container.starts).as("started by Spring Boot, once").isEqualTo(1);
            assertThat(application
                            .getBean(JdbcConnectionDetails.class)
                            .getClass()
                            .getName())
                    .contains("testcontainers");
            DataSource dataSource = application.getBean(DataSource.class);
            assertThat(dataSource.isWrapperFor(GuardedDataSource.class)).isTrue();
            DatabaseSessionFactory sessions = application.getBean(DatabaseSessionFactory.class);
            assertThat(sessions.profile().mode()).isEqualTo(Mode.TRANSACTION);
            assertThat(sessions.profile().pooler()).isEqualTo(Pooler.PGBOUNCER);

            Shop shop = application.getBean(Shop.class);
            shop.deliver("lamp", 20);
            Set<Integer> backends = new HashSet<>();
            for (int i = 1; i <= 12; i++) {
                assertThat(shop.sell("lamp", 1)).isEqualTo(20 - i);
                backends.add(shop.backend());
            }
            assertThat(backends).hasSizeGreaterThan(1);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Containers {

        @Bean
        @ServiceConnection
        Running database() {
            return new Running();
        }
    }

    /** Answers as a container would that runs. */
    static final class Running extends PostgreSQLContainer {

        private final PostgresEndpoint database = ROUTE.endpoint();
        private int starts;

        Running() {
            super("postgres:18");
        }

        @Override
        public void start() {
            starts++;
        }

        @Override
        public void stop() {
            // The tests' servers go on.
        }

        @Override
        public boolean isRunning() {
            return starts > 0;
        }

        @Override
        public String getJdbcUrl() {
            return ROUTE.url("?loggerLevel=OFF");
        }

        @Override
        public String getUsername() {
            return database.user();
        }

        @Override
        public String getPassword() {
            return database.password();
        }

        @Override
        public String getDatabaseName() {
            return database.database();
        }
    }

    /** Docker Compose: Spring Boot asks the program {@code docker}, and finds one that answers as the real one for a running service. */
    @Test
    void ofDockerCompose() throws Exception {
        Path compose = Files.writeString(directory.resolve("compose.yaml"), """
                services:
                  database:
                    image: postgres:18
                    ports:
                      - "5432"
                """);
        Path programs = Files.createDirectory(directory.resolve("bin"));
        Path asked = directory.resolve("asked");
        docker(programs.resolve("docker"), asked);

        StartedProgram program = StartedProgram.run(
                StartedProgram.classPathWithContainers(),
                Map.of("PATH", programs + java.io.File.pathSeparator + System.getenv("PATH")),
                List.of(),
                PlainApplication.class,
                List.of(
                        "--spring.docker.compose.file=" + compose,
                        "--spring.docker.compose.skip.in-tests=false",
                        "--spring.main.web-application-type=none",
                        "--spring.main.banner-mode=off",
                        "--spring.flyway.enabled=false",
                        "--spring.liquibase.enabled=false",
                        "--spring.jpa.open-in-view=false"));

        assertThat(program.output()).contains("answered by several: pg_catalog");
        assertThat(program.exitCode()).isZero();
        assertThat(Files.readAllLines(asked))
                .anyMatch(line -> line.startsWith("compose --file " + compose) && line.endsWith("config --format=json"))
                .anyMatch(line -> line.startsWith("inspect "));
    }

    private static void docker(Path program, Path asked) throws IOException {
        PostgresEndpoint database = ROUTE.endpoint();
        String id = "6d1bb5a0f0c1c8b3d6a1e1d1f6f6a9b4a3b1b0c9d8e7f6a5b4c3d2e1f0a9b8c7";
        Files.writeString(program, """
                #!/bin/sh
                echo "$*" >> '%s'
                case "$*" in
                  "version --format {{.Client.Version}}") echo '29.1.0' ;;
                  "compose version --format json") echo '{"version":"v2.40.3"}' ;;
                  "context ls --format={{ json . }}") echo '{"Current":true,"Description":"","DockerEndpoint":"unix:///var/run/docker.sock","Error":"","Name":"default"}' ;;
                  "compose --file "*" config --format=json") echo '{"name":"shop","networks":{"default":{"name":"shop_default","ipam":{}}},"services":{"database":{"command":null,"entrypoint":null,"image":"postgres:18","networks":{"default":null},"ports":[{"mode":"ingress","target":5432,"protocol":"tcp"}]}}}' ;;
                  "compose --file "*" ps --orphans=false --format=json") echo '{"Command":"\\"docker-entrypoint.s…\\"","ExitCode":0,"Health":"","ID":"%s","Image":"postgres:18","Name":"shop-database-1","Names":"shop-database-1","Project":"shop","Service":"database","State":"running","Status":"Up 5 minutes"}' ;;
                  "inspect --format={{ json . }} "*) echo '{"Id":"%s","Config":{"Image":"postgres:18","Labels":{"com.docker.compose.project":"shop","com.docker.compose.service":"database"},"ExposedPorts":{"5432/tcp":{}},"Env":["POSTGRES_USER=%s","POSTGRES_PASSWORD=%s","POSTGRES_DB=%s","PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/18/bin","PG_MAJOR=18"]},"NetworkSettings":{"Ports":{"5432/tcp":[{"HostIp":"0.0.0.0","HostPort":"%d"}]}},"HostConfig":{"NetworkMode":"shop_default"}}' ;;
                  *) echo "unknown command: docker $*" >&2; exit 1 ;;
                esac
                """.formatted(
                        asked,
                        id.substring(0, 12),
                        id,
                        database.user(),
                        database.password(),
                        database.database(),
                        database.port()));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
