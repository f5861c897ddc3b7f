package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the URL comes from, and what it means before anybody is asked. */
class AddressTest {

    @ParameterizedTest
    @CsvSource({
        "supabase-transaction,postgresql://postgres.ref:secret@aws-0-eu-west-1.pooler.supabase.com:6543/postgres",
        "supabase-session,postgresql://postgres.ref:secret@aws-0-eu-west-1.pooler.supabase.com:5432/postgres",
        "supabase-without-tenant,postgresql://postgres:secret@aws-0-eu-west-1.pooler.supabase.com:6543/postgres",
        "supabase-tenant-in-options,postgresql://postgres:secret@aws-0-eu-west-1.pooler.supabase.com:6543/postgres?options=reference%3Dref",
        "supabase-direct,postgresql://postgres:secret@db.ref.supabase.co:5432/postgres",
        "supabase-dedicated-pooler,postgresql://postgres:secret@db.ref.supabase.co:6543/postgres",
        "supabase-jdbc,jdbc:postgresql://aws-0-eu-west-1.pooler.supabase.com:6543/postgres?user=postgres.ref&password=secret",
        "supabase-prisma,postgresql://postgres.ref:secret@aws-0-eu-west-1.pooler.supabase.com:6543/postgres?pgbouncer=true&connection_limit=1",
        "supabase-newer-region-host,postgres://postgres.ref:secret@aws-1-us-east-2.pooler.supabase.com:6543/postgres",
        "supabase-vercel,postgres://postgres.ref:secret@aws-0-us-east-1.pooler.supabase.com:6543/postgres?sslmode=require&supa=base-pooler.x",
        "supabase-ipv4-add-on-role,postgresql://app:s%40cret@db.ref.supabase.co:5432/postgres?sslmode=require",
        "supabase-local,postgresql://postgres:postgres@127.0.0.1:54322/postgres",
        "supabase-spring,jdbc:postgresql://aws-0-eu-west-1.pooler.supabase.com:5432/postgres?user=postgres.ref&password=secret&sslmode=require&prepareThreshold=0",
        "former-system,postgresql+asyncpg://postgres.ref:secret@aws-0-eu-west-1.pooler.supabase.com:6543/postgres?raw_sql=true&no_prepare=true&statement_cache_size=0",
        "neon,postgresql://app:secret@ep-cool-name-123-pooler.eu-central-1.aws.neon.tech/shop"
    })
    void offline(String name, String url) throws IOException {
        Run run = Run.of("--offline", url);
        assertThat(run.out()).doesNotContain("secret");
        Golden.check("offline-" + name, run);
    }

    @Test
    void fromTheEnvironmentAndStandardInput() {
        Map<String, String> none = Map.of();
        assertThat(Run.with(none, "", "--offline").exitCode()).isEqualTo(2);
        assertThat(Run.with(none, "postgres://a@one/d\n", "--offline", "-").out())
                .contains("host      one");
        assertThat(Run.with(Map.of("DATABASE_URL", "postgres://a@two/d"), "", "--offline")
                        .out())
                .contains("host      two");
        assertThat(Run.with(
                                Map.of(
                                        "SPRING_DATASOURCE_URL", "jdbc:postgresql://three/d",
                                        "SPRING_DATASOURCE_USERNAME", "ann",
                                        "SPRING_DATASOURCE_PASSWORD", "hush&hush"),
                                "",
                                "--offline")
                        .out())
                .contains("host      three", "user      ann", "password  given")
                .doesNotContain("hush");
        assertThat(Run.with(Map.of("PGPASSWORD", "hush"), "", "--offline", "postgres://a@four/d")
                        .out())
                .contains("password  given")
                .doesNotContain("hush");
    }

    @Test
    void mistakes() {
        assertThat(Run.of("--offline", "mysql://host/d").exitCode()).isEqualTo(2);
        assertThat(Run.of("--offline", "--fail-on", "never", "postgres://a:b@aws-0-x.pooler.supabase.com/p")
                        .exitCode())
                .isZero();
        assertThat(Run.of("--fail-on", "doom", "postgres://a@h/d").exitCode()).isEqualTo(2);
        assertThat(Run.of("--paste", "cobol", "--offline", "postgres://a@h/d").exitCode())
                .isEqualTo(2);
        assertThat(Run.of("--instances", "0", "--offline", "postgres://a@h/d").exitCode())
                .isEqualTo(2);
    }

    @Test
    void coloursOnTerminalsOnly() {
        assertThat(Run.of("--offline", "postgres://a@h/d").out()).doesNotContain("\u001b");
        assertThat(Run.of("--offline", "--color", "always", "postgres://a@h/d").out())
                .contains("\u001b[");
        assertThat(terminal(Map.of(), "auto")).contains("\u001b[");
        assertThat(terminal(Map.of("NO_COLOR", "1"), "auto")).doesNotContain("\u001b");
        assertThat(terminal(Map.of(), "never")).doesNotContain("\u001b");
    }

    private static String terminal(Map<String, String> environment, String color) {
        return Run.onATerminal(
                        environment, prompt -> Optional.empty(), "--offline", "--color", color, "postgres://a@h/d")
                .out();
    }
}
