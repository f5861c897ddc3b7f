package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.query;
import static com.scrapersky.session.testkit.proxy.Jdbc.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** TLS between the pooler and a real server. */
class UpstreamTlsTest {

    private static final String ENCRYPTED = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";

    @TempDir
    static Path directory;

    private static PostgresLab tlsOnly;
    private static PostgresLab elsewhere;
    private static PostgresLab withoutTls;
    private static Path root;
    private static Path foreignRoot;

    @BeforeAll
    static void start() throws Exception {
        // The alert of a refused handshake and every handshake that went well are in its log, at this level.
        tlsOnly = PostgresLab.builder()
                .tls()
                .setting("logging_collector", "on")
                .setting("log_min_messages", "debug2")
                .start();
        elsewhere = PostgresLab.builder().tls("db.example.com", "10.1.2.3").start();
        withoutTls = PostgresLab.start();
        root = Files.writeString(directory.resolve("root.crt"), tlsOnly.certificate());
        foreignRoot = Files.writeString(directory.resolve("foreign.crt"), elsewhere.certificate());
    }

    @AfterAll
    static void stop() {
        tlsOnly.close();
        elsewhere.close();
        withoutTls.close();
    }

    private static TransactionPooler pooler(PostgresLab postgres, String parameters) {
        return pooler(postgres.url() + "?" + parameters, Manners.pgBouncer118());
    }

    private static TransactionPooler pooler(String url, Manners manners) {
        return TransactionPooler.builder(url).preset(manners).poolSize(2).start();
    }

    static Stream<String> modesThatEncrypt() {
        return Stream.of(
                "sslmode=prefer",
                "sslmode=require",
                "sslmode=require&sslrootcert=" + root,
                "sslmode=verify-ca&sslrootcert=" + root,
                "sslmode=verify-full&sslrootcert=" + root,
                "ssl=true",
                "application_name=x");
    }

    @ParameterizedTest
    @MethodSource("modesThatEncrypt")
    void encryptsWhatGoesToAServerThatWantsIt(String parameters) throws SQLException {
        try (TransactionPooler pooler = pooler(tlsOnly, parameters);
                Connection connection = unnamed(pooler)) {
            for (int i = 0; i < 3; i++) {
                assertThat(query(connection, ENCRYPTED)).isEqualTo("t");
            }
            assertThat(pooler.counters().sameBackendAgain()).isZero();
            // What the test kit itself has to say to the server goes the same way.
            try (Connection direct = pooler.postgres().connect()) {
                assertThat(query(direct, ENCRYPTED)).isEqualTo("t");
            }
            pooler.faults().killBackends();
        }
    }

    @Test
    void encryptsForAHostName() throws SQLException {
        String url = tlsOnly.url().replace("127.0.0.1", "localhost") + "?sslmode=verify-full&sslrootcert=" + root;
        try (TransactionPooler pooler = pooler(url, Manners.pgBouncer126());
                Connection connection = unnamed(pooler)) {
            assertThat(query(connection, ENCRYPTED)).isEqualTo("t");
        }
    }

    @Test
    void passesOnThatTheServerWantsTls() {
        try (TransactionPooler pooler = pooler(tlsOnly, "sslmode=disable")) {
            assertThatThrownBy(() -> unnamed(pooler))
                    .hasMessageContaining("no pg_hba.conf entry")
                    .hasMessageContaining("no encryption");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sslmode=prefer", "sslmode=disable"})
    void goesWithoutWhereTheServerHasNone(String parameters) throws SQLException {
        try (TransactionPooler pooler = pooler(withoutTls, parameters);
                Connection connection = unnamed(pooler)) {
            assertThat(query(connection, ENCRYPTED)).isEqualTo("f");
        }
    }

    @Test
    void prefersTlsAndTriesWithoutWhereTheServerDoesNotWantIt() throws Exception {
        Path rules = Files.writeString(directory.resolve("hba.conf"), "hostnossl all all 127.0.0.1/32 trust\n");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(rules, PosixFilePermissions.fromString("rw-r--r--"));
        try (PostgresLab postgres = PostgresLab.builder()
                        .tls()
                        .setting("hba_file", rules.toString())
                        .start();
                TransactionPooler pooler = pooler(postgres, "sslmode=prefer");
                Connection connection = unnamed(pooler)) {
            assertThat(query(connection, ENCRYPTED)).isEqualTo("f");
            try (TransactionPooler strict = pooler(postgres, "sslmode=require")) {
                assertThatThrownBy(() -> unnamed(strict)).hasMessageContaining("no pg_hba.conf entry");
            }
        }
    }

    static Stream<String> modesThatNeedTls() {
        return Stream.of("require", "verify-ca", "verify-full").map(mode -> "sslmode=" + mode + "&sslrootcert=" + root);
    }

    @ParameterizedTest
    @MethodSource("modesThatNeedTls")
    void saysThatTheServerHasNoTls(String parameters) throws SQLException {
        for (Manners manners : new Manners[] {Manners.pgBouncer118(), Manners.pgBouncer126(), Manners.supavisor()}) {
            refuses(
                    withoutTls.url() + "?" + parameters,
                    manners,
                    "127.0.0.1:" + withoutTls.port() + " does not offer TLS",
                    parameters.substring(0, parameters.indexOf('&')),
                    "switch ssl on there, or use sslmode=prefer or sslmode=disable");
        }
    }

    static Stream<String> modesThatCheckTheAuthority() {
        return Stream.of(
                "sslmode=require&sslrootcert=" + foreignRoot,
                "sslmode=verify-ca&sslrootcert=" + foreignRoot,
                "sslmode=verify-full&sslrootcert=" + foreignRoot,
                "sslrootcert=system");
    }

    @ParameterizedTest
    @MethodSource("modesThatCheckTheAuthority")
    void saysThatTheCertificateIsNotTrusted(String parameters) throws SQLException {
        String where = parameters.substring(parameters.indexOf("sslrootcert=") + "sslrootcert=".length());
        refuses(
                tlsOnly.url() + "?" + parameters,
                Manners.pgBouncer118(),
                "the certificate of the server at 127.0.0.1:" + tlsOnly.port() + " is not trusted",
                "name the PEM file of its authority with sslrootcert=…"
                        + (where.equals("system") ? "" : " (now " + where),
                "sslmode=require without sslrootcert");
        try (Connection connection = tlsOnly.connect()) {
            assertThat(query(connection, "select pg_read_file(pg_current_logfile())"))
                    .contains("alert certificate unknown");
        }
    }

    @Test
    void saysThatTheCertificateIsForAnotherHost() throws SQLException {
        String url = elsewhere.url() + "?sslrootcert=" + foreignRoot + "&sslmode=";
        refuses(
                url + "verify-full",
                Manners.supavisor(),
                "the certificate of the server at 127.0.0.1:" + elsewhere.port() + " is for db.example.com, 10.1.2.3",
                "connect by one of these names, or use sslmode=verify-ca");
        refuses(
                url.replace("127.0.0.1", "localhost") + "verify-full",
                Manners.pgBouncer118(),
                "the certificate of the server at localhost");
        try (TransactionPooler pooler = pooler(url + "verify-ca", Manners.pgBouncer118());
                Connection connection = unnamed(pooler)) {
            assertThat(query(connection, ENCRYPTED)).isEqualTo("t");
        }
    }

    /** PgBouncer's manners tell it at login, Supavisor's at the first query; both again when asked again. */
    private static void refuses(String url, Manners manners, String... words) throws SQLException {
        try (TransactionPooler pooler = pooler(url, manners)) {
            for (int attempt = 1; attempt <= 2; attempt++) {
                assertThatThrownBy(() -> {
                            try (Connection connection = unnamed(pooler)) {
                                query(connection, "select 1");
                            }
                        })
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("08001"))
                        .hasMessageContainingAll(words);
            }
        }
    }

    static Stream<Manners> manners() {
        return Stream.of(
                Manners.pgBouncer118(),
                Manners.pgBouncer126(),
                Manners.supavisor(),
                Manners.supavisor().namedPreparedStatements(true));
    }

    @ParameterizedTest
    @MethodSource("manners")
    void carriesCopyAndLargeResultsAndCancels(Manners manners) throws Exception {
        String url = tlsOnly.url() + "?sslmode=verify-full&sslrootcert=" + root;
        tlsOnly.execute("drop table if exists copied", "create table copied (line text)");
        try (TransactionPooler pooler = pooler(url, manners);
                Connection connection = unnamed(pooler);
                Statement statement = connection.createStatement()) {
            String large = "x".repeat(1_000_000);
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            assertThat(copy.copyIn("copy copied from stdin", new StringReader((large + "\n").repeat(3))))
                    .isEqualTo(3);
            assertThat(query(connection, "select string_agg(line, '') from copied"))
                    .isEqualTo(large.repeat(3));
            StringWriter out = new StringWriter();
            copy.copyOut("copy copied to stdout", out);
            assertThat(out).hasToString((large + "\n").repeat(3));

            statement.setQueryTimeout(1);
            assertThatThrownBy(() -> statement.execute("select pg_sleep(60)"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
            assertThat(query(connection, ENCRYPTED)).isEqualTo("t");
            assertCancelsShookHands();
        }
    }

    private static void assertCancelsShookHands() throws SQLException {
        try (Connection connection = tlsOnly.connect()) {
            List<String> lines = query(connection, "select pg_read_file(pg_current_logfile())")
                    .lines()
                    .toList();
            List<String> cancels = processesThat(lines, "processing cancel request");
            assertThat(cancels).isNotEmpty();
            assertThat(processesThat(lines, "SSL connection from")).containsAll(cancels);
        }
    }

    private static List<String> processesThat(List<String> log, String did) {
        return log.stream()
                .filter(line -> line.contains("DEBUG:  " + did))
                .map(line -> line.replaceAll(".*\\[(\\d+)\\] DEBUG:.*", "$1"))
                .toList();
    }
}
