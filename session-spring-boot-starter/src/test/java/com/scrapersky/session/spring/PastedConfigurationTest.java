package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.MustChangeBackend;
import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.jdbc.core.JdbcTemplate;

/** What the doctor gives to paste for Spring Boot works when it is pasted, without this starter: the texts of its golden files. */
@MustChangeBackend
class PastedConfigurationTest {

    private static final Path SAID = Path.of("../session-doctor/src/test/resources/golden");

    @ParameterizedTest
    @CsvSource({"pgbouncer-1-18-transaction,PGBOUNCER_1_18,0", "pgbouncer-1-26-transaction,PGBOUNCER_1_26,5"})
    void works(String said, Route route, String threshold) throws IOException {
        List<PropertySource<?>> yaml = new YamlPropertySourceLoader()
                .load("pasted", new ByteArrayResource(pasted(said, route).getBytes(StandardCharsets.UTF_8)));
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class))
                .withSystemProperties("DB_PASSWORD=" + route.endpoint().password())
                .withInitializer(
                        context -> context.getEnvironment().getPropertySources().addLast(yaml.get(0)))
                .run(context -> {
                    for (int i = 0; i < 12; i++) {
                        assertThat(context.getBean(JdbcTemplate.class)
                                        .queryForObject("select current_user", String.class))
                                .isEqualTo(route.endpoint().user());
                    }
                    HikariDataSource pool = DataSourceUnwrapper.unwrap(
                            context.getBean(DataSource.class), HikariConfigMXBean.class, HikariDataSource.class);
                    assertThat(pool.getMaximumPoolSize()).isEqualTo(10);
                    assertThat(pool.getDataSourceProperties()).containsEntry("prepareThreshold", threshold);
                });
    }

    private static String pasted(String said, Route route) throws IOException {
        List<String> lines = Files.readAllLines(SAID.resolve(said + ".txt"));
        int begin = lines.indexOf("To paste: spring-boot") + 1;
        assertThat(begin).isPositive();
        return lines.subList(begin, begin + lines.subList(begin, lines.size()).indexOf("")).stream()
                .map(line -> line.substring(2))
                .collect(Collectors.joining("\n"))
                .replace("<port>", Integer.toString(route.endpoint().port()));
    }
}
