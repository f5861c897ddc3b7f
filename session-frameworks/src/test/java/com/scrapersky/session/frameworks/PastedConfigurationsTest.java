package com.scrapersky.session.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.PostgresLab;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.StringReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.resource.ClassLoaderResourceAccessor;
import org.flywaydb.core.Flyway;
import org.hibernate.SessionFactory;
import org.hibernate.boot.MetadataSources;
import org.hibernate.boot.registry.StandardServiceRegistryBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the doctor gives to paste works when it is pasted: the texts of its golden file for a direct connection. */
class PastedConfigurationsTest {

    private static final Path SAID = Path.of("../session-doctor/src/test/resources/golden/direct.txt");
    private static final String PASSWORD = "secret";

    private static PostgresLab postgres;

    @BeforeAll
    static void start() {
        postgres = PostgresLab.start();
        postgres.execute(
                "create role app login password '" + PASSWORD + "' connection limit 50",
                "create database shop owner app");
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void hikari(@TempDir Path directory) throws Exception {
        Path source = Files.writeString(directory.resolve("Pasted.java"), """
                import com.zaxxer.hikari.HikariConfig;
                public class Pasted {
                    public static HikariConfig config() {
                %s
                        return config;
                    }
                }
                """.formatted(
                        pasted("hikaricp").replace("System.getenv(\"DB_PASSWORD\")", '"' + PASSWORD + '"')));
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-cp",
                        Path.of(HikariConfig.class
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .toURI())
                                .toString(),
                        "-d",
                        directory.toString(),
                        source.toString());
        assertThat(failed).isZero();
        try (var classes =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, HikariConfig.class.getClassLoader())) {
            HikariConfig config = (HikariConfig)
                    classes.loadClass("Pasted").getMethod("config").invoke(null);
            try (HikariDataSource pool = new HikariDataSource(config);
                    var connection = pool.getConnection();
                    var result = connection.createStatement().executeQuery("select current_user")) {
                result.next();
                assertThat(result.getString(1)).isEqualTo("app");
                assertThat(pool.getMaximumPoolSize()).isEqualTo(10);
            }
        }
    }

    /** With Hibernate's own pool: the lines about HikariCP want an artifact that is not here. */
    @Test
    void hibernate() throws IOException {
        Map<String, Object> settings = properties("hibernate").entrySet().stream()
                .filter(entry -> !(entry.getKey() + entry.getValue()).contains("hikari"))
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().replace("${DB_PASSWORD}", PASSWORD)));
        try (var registry = new StandardServiceRegistryBuilder()
                        .applySettings(settings)
                        .build();
                SessionFactory factory =
                        new MetadataSources(registry).buildMetadata().buildSessionFactory()) {
            String user = factory.fromSession(session -> session.createNativeQuery("select current_user", String.class)
                    .getSingleResult());
            assertThat(user).isEqualTo("app");
        }
    }

    @Test
    void flyway() throws IOException {
        Map<String, String> settings = properties("flyway");
        settings.put("flyway.password", PASSWORD);
        Flyway flyway = Flyway.configure()
                .configuration(settings)
                .locations("filesystem:nothing-there")
                .load();
        assertThat(flyway.migrate().success).isTrue();
    }

    @Test
    void liquibase() throws Exception {
        Map<String, String> settings = properties("liquibase");
        assertThat(settings).containsOnlyKeys("url", "username");
        Database database = DatabaseFactory.getInstance()
                .openDatabase(
                        settings.get("url"),
                        settings.get("username"),
                        PASSWORD,
                        null,
                        new ClassLoaderResourceAccessor());
        try {
            assertThat(database.getConnection().getConnectionUserName()).isEqualTo("app");
        } finally {
            database.close();
        }
    }

    private static Map<String, String> properties(String tool) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(pasted(tool)));
        return properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, properties::getProperty));
    }

    private static String pasted(String tool) throws IOException {
        List<String> lines = Files.readAllLines(SAID);
        int begin = lines.indexOf("To paste: " + tool) + 1;
        assertThat(begin).isPositive();
        return lines.subList(begin, begin + lines.subList(begin, lines.size()).indexOf("")).stream()
                .map(String::strip)
                .collect(Collectors.joining("\n"))
                .replace("<port>", Integer.toString(postgres.port()));
    }
}
