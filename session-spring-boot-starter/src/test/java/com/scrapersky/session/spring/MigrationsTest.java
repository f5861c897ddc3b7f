package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import javax.sql.DataSource;
import liquibase.integration.spring.SpringLiquibase;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayConnectionDetails;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseConnectionDetails;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Migrations go past a transaction pooler where a way is known. */
@ExtendWith(OutputCaptureExtension.class)
class MigrationsTest {

    private static final String WARNING = "runs through PgBouncer in transaction mode";

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    DataSourceAutoConfiguration.class,
                    SkySessionAutoConfiguration.class,
                    SkySessionMigrationAutoConfiguration.class))
            .withPropertyValues(Route.PGBOUNCER_1_26.properties());

    private final ApplicationContextRunner flyway =
            application.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class));

    private final ApplicationContextRunner liquibase = application
            .withConfiguration(AutoConfigurations.of(LiquibaseAutoConfiguration.class))
            .withPropertyValues("spring.liquibase.change-log=classpath:db/changelog.sql");

    private final String server = "postgresql://localhost:" + Route.postgres().port() + "/"
            + Route.postgres().database() + "?sslmode=disable";

    @BeforeEach
    void emptyDatabase() {
        Route.postgres()
                .execute(
                        "drop schema public cascade", "create schema public", "grant usage on schema public to public");
    }

    private static String urlOf(DataSource dataSource) throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            return connection.getMetaData().getURL();
        }
    }

    @Test
    void flywayGoesToTheSessionUrl(CapturedOutput output) {
        flyway.withPropertyValues("sky.session.session-url=" + server).run(context -> {
            assertThat(context).hasNotFailed();
            Flyway migrated = context.getBean(Flyway.class);
            assertThat(migrated.info().applied()).hasSize(1);
            assertThat(urlOf(migrated.getConfiguration().getDataSource()))
                    .contains(":" + Route.postgres().port() + "/")
                    .contains("sslmode=disable");
            assertThat(output).doesNotContain(WARNING);
        });
    }

    @Test
    void flywayOverThePoolerIsWarnedAbout(CapturedOutput output) {
        flyway.run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(Flyway.class).info().applied()).hasSize(1);
            assertThat(output).contains("Flyway " + WARNING).contains("sky.session.session-url");
        });
    }

    @Test
    void flywaysOwnUrlAndUserWin() {
        flyway.withPropertyValues(
                        "sky.session.session-url=postgresql://nowhere.invalid/none",
                        "spring.flyway.url=" + Route.DIRECT.url("?ApplicationName=own"),
                        "spring.flyway.user=" + Route.postgres().user(),
                        "spring.flyway.password=" + Route.postgres().password())
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(urlOf(context.getBean(Flyway.class)
                                    .getConfiguration()
                                    .getDataSource()))
                            .contains("ApplicationName=own");
                });
        flyway.withPropertyValues(
                        "sky.session.session-url=postgresql://nowhere.invalid/none",
                        "spring.flyway.user=" + Route.postgres().user(),
                        "spring.flyway.password=" + Route.postgres().password())
                .run(context -> assertThat(urlOf(
                                context.getBean(Flyway.class).getConfiguration().getDataSource()))
                        .startsWith(Route.PGBOUNCER_1_26.url("")));
    }

    @Test
    void liquibaseGoesToTheSessionUrl(CapturedOutput output) {
        liquibase.withPropertyValues("sky.session.migration.url=" + server).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(LiquibaseConnectionDetails.class).getJdbcUrl())
                    .contains(":" + Route.postgres().port() + "/");
            assertThat(output).doesNotContain(WARNING);
        });
        liquibase.run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output).contains("Liquibase " + WARNING);
        });
    }

    @Test
    void liquibasesOwnUrlAndUserWin() {
        liquibase
                .withPropertyValues(
                        "sky.session.session-url=postgresql://nowhere.invalid/none",
                        "spring.liquibase.url=" + Route.DIRECT.url("?ApplicationName=own"),
                        "spring.liquibase.user=" + Route.postgres().user(),
                        "spring.liquibase.password=" + Route.postgres().password())
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(urlOf(context.getBean(SpringLiquibase.class).getDataSource()))
                            .contains("ApplicationName=own");
                });
        liquibase
                .withPropertyValues(
                        "sky.session.session-url=postgresql://nowhere.invalid/none",
                        "spring.liquibase.user=" + Route.postgres().user(),
                        "spring.liquibase.password=" + Route.postgres().password())
                .run(context -> assertThat(
                                urlOf(context.getBean(SpringLiquibase.class).getDataSource()))
                        .startsWith(Route.PGBOUNCER_1_26.url("")));
    }

    @Test
    void connectionDetailsOfTheApplicationWin() {
        FlywayConnectionDetails own = new FlywayConnectionDetails() {
            @Override
            public String getUsername() {
                return Route.postgres().user();
            }

            @Override
            public String getPassword() {
                return Route.postgres().password();
            }

            @Override
            public String getJdbcUrl() {
                return Route.DIRECT.url("?ApplicationName=own");
            }
        };
        flyway.withPropertyValues("sky.session.session-url=postgresql://nowhere.invalid/none")
                .withBean(FlywayConnectionDetails.class, () -> own)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(urlOf(context.getBean(Flyway.class)
                                    .getConfiguration()
                                    .getDataSource()))
                            .contains("ApplicationName=own");
                });
    }

    @Test
    void theyStayWhereTheyAreIfThatIsWanted() {
        flyway.withPropertyValues("sky.session.session-url=" + server, "sky.session.migration.enabled=false")
                .run(context -> assertThat(urlOf(
                                context.getBean(Flyway.class).getConfiguration().getDataSource()))
                        .startsWith(Route.PGBOUNCER_1_26.url("")));
    }

    /** Nothing is opened: the addresses are not there. */
    @Test
    void besideSupabasesTransactionPortTheSessionPortIsCertain() {
        flyway.withPropertyValues(
                        "spring.datasource.url="
                                + "jdbc:postgresql://aws-0-eu-west-1.pooler.supabase.com:6543/postgres?sslmode=require",
                        "spring.datasource.username=postgres.abcdefghijklmnopqrst",
                        "spring.datasource.password=secret")
                .withBean(FlywayMigrationStrategy.class, () -> unreachable -> {})
                .run(context -> {
                    FlywayConnectionDetails details = context.getBean(FlywayConnectionDetails.class);
                    assertThat(details.getJdbcUrl())
                            .startsWith("jdbc:postgresql://aws-0-eu-west-1.pooler.supabase.com:5432/postgres")
                            .contains("sslmode=require");
                    assertThat(details.getUsername()).isEqualTo("postgres.abcdefghijklmnopqrst");
                    assertThat(details.getPassword()).isEqualTo("secret");
                    assertThat(details.toString()).doesNotContain("secret");
                });
    }
}
