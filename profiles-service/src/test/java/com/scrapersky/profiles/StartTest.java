package com.scrapersky.profiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.profiles.security.Tenants;
import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/** The service starts with the former system's configuration, and says why where it does not start. */
@Tag("once")
class StartTest {

    private static final String SECRET = RunningService.TOKENS.secret();

    private final PgBouncerLab pooler = Labs.pooler(PgBouncerVersion.V1_26);

    @ParameterizedTest
    @ValueSource(strings = {"", "just-one-byte-less-than-needed!"})
    void withoutAGoodSecretItDoesNotStart(String secret) {
        Output output = outputOf(() -> assertThatThrownBy(
                        () -> RunningService.run("--DATABASE_URL=" + pooler.url(), "--JWT_SECRET_KEY=" + secret))
                .hasRootCauseInstanceOf(ConfigurationException.class));

        assertThat(output.text()).contains("JWT_SECRET_KEY").doesNotContain("\tat com.scrapersky");
        if (!secret.isBlank()) {
            assertThat(output.text()).doesNotContain(secret, secret.substring(0, 4), " " + secret.length() + " ");
        }
    }

    /** Before anything of the database is touched: there is none at this address. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DEVELOPMENT_TOKEN=former-fixed-token | | the profile \"development\" is not active",
                "DEVELOPMENT_TOKEN=former-fixed-token | --spring.profiles.active=production | is not active",
                "ENV=production | --spring.profiles.active=development | active in production",
                "ENVIRONMENT=prod | --spring.profiles.active=development | active in production",
                "JWT_JWKS_URL=http://keys.example/jwks.json | --JWT_ISSUER=x | no https:// URL",
                "JWT_JWKS_URL=https://keys.example/jwks.json | | JWT_ISSUER",
                "JWT_CLOCK_SKEW_SECONDS=301 | | JWT_CLOCK_SKEW_SECONDS",
                "JWT_CLOCK_SKEW_SECONDS=soon | | JWT_CLOCK_SKEW_SECONDS",
                "DEFAULT_TENANT_ID=acme | | DEFAULT_TENANT_ID",
            })
    void withAMistakeItSaysWhatToChange(String setting, String more, String told) {
        List<String> settings = new ArrayList<>(List.of(
                "--DATABASE_URL=postgres://me@127.0.0.1:1/nothing", "--JWT_SECRET_KEY=" + SECRET, "--" + setting));
        if (more != null) {
            settings.add(more);
        }
        Output output = outputOf(() -> assertThatThrownBy(() -> RunningService.run(settings.toArray(String[]::new)))
                .hasRootCauseInstanceOf(ConfigurationException.class));

        assertThat(output.text()).contains(told).doesNotContain("former-fixed-token", "\tat com.scrapersky");
    }

    @Test
    void aLoginThatMayNotBecomeTheRoleOfRequestsIsTold() {
        Logins.create(Labs.postgres());
        Labs.postgres().execute("create role stranger login password 'stranger'");
        Output output = outputOf(() -> assertThatThrownBy(() -> RunningService.run(
                        "--DATABASE_URL=postgres://stranger:stranger@" + pooler.host() + ":" + pooler.port() + "/"
                                + pooler.database(),
                        "--MIGRATION_DATABASE_URL=" + pooler.postgres().url(),
                        "--JWT_SECRET_KEY=" + SECRET))
                .isInstanceOf(ConfigurationException.class));

        assertThat(output.text()).contains("grant authenticated to \"stranger\"");
    }

    /** By the properties that every Spring Boot application has, and with the former system's token. */
    @Test
    void inDevelopmentTheFixedTokenOpensTheDefaultTenant() {
        try (ConfigurableApplicationContext service = RunningService.run(
                "--spring.profiles.active=development",
                "--DEVELOPMENT_TOKEN=former-fixed-token",
                "--JWT_SECRET_KEY=" + SECRET,
                "--spring.datasource.url=jdbc:postgresql://" + pooler.host() + ":" + pooler.port() + "/"
                        + pooler.database(),
                "--spring.datasource.username=" + pooler.user(),
                "--spring.datasource.password=" + pooler.password(),
                "--sky.session.session-url=" + pooler.postgres().url())) {
            assertThat(service.getBean(JwtDecoder.class)
                            .decode("former-fixed-token")
                            .getAudience())
                    .containsExactly("authenticated");
            assertThatThrownBy(() -> service.getBean(JwtDecoder.class).decode("former-fixed-tokem"))
                    .isInstanceOf(BadJwtException.class);
        }
    }

    @Test
    void withoutADatabaseItDoesNotStart() {
        Output output = outputOf(() -> assertThatThrownBy(() -> RunningService.run(
                        "--DATABASE_URL=postgres://me:hunter2hunter2@127.0.0.1:1/nothing",
                        "--JWT_SECRET_KEY=" + SECRET))
                .hasRootCauseInstanceOf(Exception.class));

        assertThat(output.text()).contains("no connection").doesNotContain("hunter2", "\tat com.scrapersky");
    }

    @Test
    void withoutAnUrlItSaysWhatIsMissing() {
        Output output = outputOf(
                () -> assertThatThrownBy(() -> RunningService.run("--DATABASE_URL= ", "--JWT_SECRET_KEY=" + SECRET))
                        .hasRootCauseInstanceOf(DatabaseException.class));

        assertThat(output.text()).contains("SUPABASE_POOLER_HOST", "SUPABASE_DB_PASSWORD");
    }

    @Test
    void neitherSecretNorPasswordIsInTheLog() {
        Output output = outputOf(() -> RunningService.run(
                        "--DATABASE_URL=" + pooler.url(),
                        "--MIGRATION_DATABASE_URL=" + pooler.postgres().url(),
                        "--JWT_SECRET_KEY=" + SECRET)
                .close());

        assertThat(output.text())
                .contains("PgBouncer in transaction mode", "Started")
                .doesNotContain(SECRET, SECRET.substring(0, 8), pooler.password())
                .doesNotContain("Using generated security password");
    }

    @Test
    void variablesOfTheFormerSystemAreUnderstood() {
        UUID tenant = UUID.randomUUID();
        // The name of a role with its tenant, as Supavisor wants it; PgBouncer takes the whole as the name of a role.
        String user = "service.abcdefghijklmnopqrst";
        Logins.create(Labs.postgres());
        Labs.postgres()
                .execute("create role \"" + user + "\" login password 'p@ss ${HOME}/word' in role pg_write_all_data,"
                        + " pg_read_all_data, authenticated");
        try (ConfigurableApplicationContext service = RunningService.run(
                "--SUPABASE_POOLER_HOST=" + pooler.host(),
                "--SUPABASE_POOLER_PORT=" + pooler.port(),
                "--SUPABASE_POOLER_USER=service",
                "--SUPABASE_URL=https://abcdefghijklmnopqrst.supabase.co",
                "--SUPABASE_DB_PASSWORD=p@ss ${HOME}/word",
                "--DIRECT_URL=" + pooler.postgres().url(),
                "--DEFAULT_TENANT_ID=" + tenant,
                "--JWT_SECRET_KEY=" + SECRET)) {
            assertThat(service.getBean(DatabaseSessionFactory.class)
                            .sql("select current_user::text")
                            .list(String.class))
                    .isEqualTo(List.of(user));
            assertThat(service.getBean(Tenants.class))
                    .extracting("defaultTenant")
                    .isEqualTo(tenant);
        }
    }

    @Test
    void variablesAreTakenAsTheyAre() {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", Map.of("A", "${user.name}", "B", " ")));
        Variables variables = new Variables(environment);

        assertThat(variables.get("A")).contains("${user.name}");
        assertThat(variables.get("B")).isEmpty();
        assertThat(variables.get("sky_no_such_variable".toUpperCase(Locale.ROOT)))
                .isEmpty();
    }

    record Output(String text) {}

    static Output outputOf(Runnable work) {
        PrintStream usual = System.out;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        System.setOut(new PrintStream(written, true, StandardCharsets.UTF_8));
        try {
            work.run();
        } finally {
            System.setOut(usual);
        }
        return new Output(written.toString(StandardCharsets.UTF_8));
    }
}
