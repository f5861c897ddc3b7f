package com.scrapersky.profiles;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.profiles.development.Tokens;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.PoolerProfile.Pooler;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code docs/supabase.md} gives to paste is pasted: its SQL, its addresses and its variables, with Supavisor's manners on the
 * transaction port, TLS and its certificate included, and the server itself on the other. Only hosts, ports and the certificate's file are
 * put in the place of Supabase's.
 */
@Tag("once")
class SupabasePageTest {

    private static final Pattern BLOCK = Pattern.compile("```(sql|sh)\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern VARIABLE = Pattern.compile("^(\\w+)='([^']+)'$", Pattern.MULTILINE);
    private static final String PASSWORD = "of-the-login";

    @TempDir
    private Path directory;

    @Test
    void stepByStep() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "supabase.md"));
        List<String> blocks =
                BLOCK.matcher(page).results().map(block -> block.group(2)).toList();
        try (PostgresLab postgres = PostgresLab.start()) {
            // What a project of Supabase has.
            postgres.execute(
                    "create role authenticated nologin noinherit",
                    "create schema auth",
                    "create table auth.users (email text, raw_app_meta_data jsonb)",
                    "insert into auth.users values ('ada@example.com', '{\"provider\": \"email\"}')");
            postgres.execute(blocks.get(0).replace("'…'", "'" + PASSWORD + "'"));
            try (TransactionPooler pooler = TransactionPooler.builder(postgres)
                    .preset(Manners.supavisor())
                    .user("profiles_login", PASSWORD)
                    .poolSize(3)
                    .handOver(HandOver.LONGEST_IDLE)
                    .tls()
                    .requireTls()
                    .start()) {
                Map<String, String> variables = new HashMap<>();
                for (String block : blocks) {
                    VARIABLE.matcher(block)
                            .results()
                            .forEach(found -> variables.put(found.group(1), here(found.group(2), pooler, postgres)));
                }
                assertThat(variables).hasSize(4).containsEntry("JWT_SECRET_KEY", RunningService.TOKENS.secret());
                postgres.execute(blocks.get(3));
                answers(variables);
            }
            assertThat(postgres.database()).isEqualTo("postgres");
        }
    }

    /** The same with what is here in the place of Supabase's. */
    private String here(String value, TransactionPooler pooler, PostgresLab postgres) {
        String reference = pooler.user().substring(pooler.user().indexOf('.') + 1);
        try {
            Path certificate = Files.writeString(directory.resolve("supabase.crt"), pooler.certificate());
            return value.replace(
                            "postgres.<project reference>:<database password>@",
                            postgres.user() + ":" + postgres.password() + "@")
                    .replace("<project reference>", reference)
                    .replace("<password>", PASSWORD)
                    .replace("<the legacy JWT secret>", RunningService.TOKENS.secret())
                    .replace("aws-<n>-<region>.pooler.supabase.com:6543", "localhost:" + pooler.port())
                    .replaceAll(
                            "aws-<n>-<region>\\.pooler\\.supabase\\.com:5432(.*)\\?.*",
                            Matcher.quoteReplacement(postgres.host() + ":" + postgres.port()) + "$1?sslmode=disable")
                    .replace("/etc/profiles/supabase.crt", certificate.toString());
        } catch (IOException unwritable) {
            throw new java.io.UncheckedIOException(unwritable);
        }
    }

    private static void answers(Map<String, String> variables) {
        UUID tenant = UUID.fromString("550e8400-e29b-41d4-a716-446655440000");
        Map<String, Object> claims = new HashMap<>(Tokens.claims(Duration.ofHours(1)));
        claims.put("app_metadata", Map.of("tenant_id", tenant.toString()));
        String log = StartTest.outputOf(() -> {
                    try (RunningService service = RunningService.of(
                            variables.get("DATABASE_URL"),
                            variables.get("MIGRATION_DATABASE_URL"),
                            // The secret is told by what starts it.
                            "--SUPABASE_URL=" + variables.get("SUPABASE_URL"))) {
                        assertThat(service.bean("databaseSessionFactory", DatabaseSessionFactory.class)
                                        .profile()
                                        .pooler())
                                .isEqualTo(Pooler.SUPAVISOR);
                        UUID created = service.create(tenant, "{\"name\": \"Ada\"}");
                        Answer list = service.send(service.request("GET", RunningService.PROFILES, "")
                                .header("Authorization", "Bearer " + RunningService.TOKENS.signed(claims))
                                .build());
                        assertThat(list.ids()).containsExactly(created);
                    }
                })
                .text();
        assertThat(log)
                .as("what is in front, and no warning about the login")
                .contains("Supavisor in transaction mode")
                .doesNotContain("above row-level security", PASSWORD);
    }
}
