package com.scrapersky.session.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PoolerCommandTest {

    @Test
    void startsAPoolerInAProcessOfItsOwn() throws Exception {
        try (PostgresLab postgres = PostgresLab.start()) {
            ProcessBuilder builder = new ProcessBuilder(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    TransactionPooler.class.getName(),
                    "postgresql://" + postgres.user() + "@" + postgres.host() + ":" + postgres.port() + "/"
                            + postgres.database(),
                    "--named-statements",
                    "--tenant",
                    "sky",
                    "--manners",
                    "supavisor",
                    "--pool-size",
                    "2");
            builder.environment().put("PGPASSWORD", postgres.password());
            builder.redirectErrorStream(true);
            Process process = builder.start();
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
    void saysWhatItDoesNotUnderstand() {
        String url = "postgresql://u:secret@h/d";
        for (List<String> wrong : List.of(
                List.of("--port", "6432"),
                List.of(url, "--port", "many"),
                List.of(url, "--port"),
                List.of(url, "--manners", "pgcat"),
                List.of(url, "--hand-over", "never"),
                List.of(url, "--verbose"),
                List.of("mysql://u:secret@h/d"))) {
            assertThatThrownBy(() -> PoolerCommand.parse(wrong.toArray(String[]::new), null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("secret");
        }
    }
}
