package com.scrapersky.session.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolerCommandTest {

    @Test
    void startsAPoolerInAProcessOfItsOwn() throws Exception {
        try (PostgresLab postgres = PostgresLab.start()) {
            Process process = start(
                    postgres,
                    "postgresql://" + postgres.user() + "@" + postgres.host() + ":" + postgres.port() + "/"
                            + postgres.database(),
                    "--named-statements",
                    "--tenant",
                    "sky",
                    "--manners",
                    "supavisor",
                    "--pool-size",
                    "2");
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                Matcher address = Pattern.compile("supavisor.* listens on 127.0.0.1:(\\d+) for user postgres.sky")
                        .matcher(firstLine(out, "listens"));
                assertThat(address.find()).isTrue();
                try (Connection connection = DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:" + address.group(1) + "/" + postgres.database(),
                                "postgres.sky",
                                postgres.password());
                        Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery("select 1")) {
                    assertThat(rows.next()).isTrue();
                }
            } finally {
                process.destroy();
                process.waitFor();
            }
        }
    }

    @Test
    void standsInFrontOfADatabaseThatWantsTls(@TempDir Path directory) throws Exception {
        try (PostgresLab postgres = PostgresLab.builder().tls().start()) {
            Path root = Files.writeString(directory.resolve("root.crt"), postgres.certificate());
            String url = "postgresql://" + postgres.user() + "@localhost:" + postgres.port() + "/" + postgres.database()
                    + "?sslmode=verify-full&sslrootcert=" + root;
            Process process = start(postgres, url, "--pool-size", "2", "--tls");
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                Matcher address = Pattern.compile("pgbouncer-1.18.* listens on 127.0.0.1:(\\d+)")
                        .matcher(firstLine(out, "listens"));
                assertThat(address.find()).isTrue();
                try (Connection connection = DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:" + address.group(1) + "/" + postgres.database()
                                        + "?sslmode=require&prepareThreshold=0",
                                postgres.user(),
                                postgres.password());
                        Statement statement = connection.createStatement();
                        ResultSet rows =
                                statement.executeQuery("select ssl from pg_stat_ssl where pid = pg_backend_pid()")) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getBoolean(1)).isTrue();
                }
            } finally {
                process.destroy();
                process.waitFor();
            }
        }
    }

    private static Process start(PostgresLab postgres, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                TransactionPooler.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PGPASSWORD", postgres.password());
        return builder.redirectErrorStream(true).start();
    }

    private static String firstLine(BufferedReader out, String word) throws Exception {
        String line;
        StringBuilder seen = new StringBuilder();
        while ((line = out.readLine()) != null) {
            seen.append(line).append('\n');
            if (line.contains(word)) {
                return line;
            }
        }
        return seen.toString();
    }

    @Test
    void keepsSessionsWhenToldTo() {
        String[] arguments = {"postgresql://me:secret@127.0.0.1:1/shop", "--session-mode", "--manners", "supavisor"};
        try (TransactionPooler pooler = PoolerCommand.parse(arguments, null).start()) {
            assertThat(pooler.poolMode()).isEqualTo(PoolMode.SESSION);
            assertThat(pooler.name()).isEqualTo("TransactionPooler (supavisor in session mode)");
        }
    }

    @Test
    void saysWhatItDoesNotUnderstand() {
        String url = "postgresql://u:secret@h/d";
        for (List<String> wrong : List.of(
                List.of("--port", "6432"),
                List.of(url, "--port", "many"),
                List.of(url, "--port"),
                List.of(url, "--manners", "pgcat"),
                List.of(url, "--hand-over", "never"),
                List.of(url, "--verbose"),
                List.of(url + "?sslmode=allow"),
                List.of(url + "?sslmode=verify-ca&sslrootcert=/no/such/file"),
                List.of("mysql://u:secret@h/d"))) {
            assertThatThrownBy(() -> PoolerCommand.parse(wrong.toArray(String[]::new), null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("secret");
        }
    }
}
