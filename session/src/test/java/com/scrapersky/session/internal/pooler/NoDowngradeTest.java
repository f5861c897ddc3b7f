package com.scrapersky.session.internal.pooler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.scrapersky.session.ConnectionException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.PoolerProfile;
import com.scrapersky.session.PoolerProfile.Origin;
import com.scrapersky.session.PoolerProfile.Parameter;
import com.scrapersky.session.testkit.PostgresLab;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** Nobody on the way makes the driver speak without TLS, take another server for the one that is meant, or tell a password. */
class NoDowngradeTest {

    private static Map<String, String> decided(Map<String, String> given, boolean loopback) {
        Map<String, Parameter> explicit = new java.util.HashMap<>();
        given.forEach((name, value) -> explicit.put(name, new Parameter(name, value, "given", Origin.URL)));
        Map<String, String> decided = new java.util.HashMap<>();
        AutomaticParameters.decide(PoolerProfile.direct(), explicit, loopback)
                .parameters()
                .forEach(parameter -> decided.put(parameter.name(), parameter.value()));
        return decided;
    }

    private static Connection connect(Map<String, String> parameters, int port, String user, String password)
            throws SQLException {
        PGSimpleDataSource driver = new PGSimpleDataSource();
        driver.setURL("jdbc:postgresql://127.0.0.1:" + port + "/postgres");
        driver.setUser(user);
        driver.setPassword(password);
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            driver.setProperty(parameter.getKey(), parameter.getValue());
        }
        return driver.getConnection();
    }

    @Test
    void onlyOnLoopbackIsNothingEncrypted() {
        assertThat(decided(Map.of(), false))
                .containsEntry("sslmode", "verify-full")
                .containsEntry("requireAuth", "scram-sha-256");
        assertThat(decided(Map.of(), true)).containsEntry("sslmode", "disable");
        assertThat(decided(Map.of("sslmode", "disable"), false)).containsEntry("sslmode", "disable");
        assertThat(decided(Map.of("sslmode", "verify-full", "sslrootcert", "supabase.crt"), false))
                .containsEntry("sslrootcert", "supabase.crt")
                .doesNotContainKey("sslfactory");
        assertThat(decided(Map.of("requireAuth", "md5"), false)).containsEntry("requireAuth", "md5");
    }

    /** Somebody who answers that there is no TLS here hears of nothing but the question. */
    @Test
    void aPlainProxyThatRefusesTlsHearsNothing() throws Exception {
        try (ServerSocket proxy = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            var heard = CompletableFuture.supplyAsync(() -> refuseTls(proxy));
            assertThatThrownBy(() -> connect(decided(Map.of(), false), proxy.getLocalPort(), "me", "s3cret-word"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("does not support SSL");
            assertThat(heard.get()).as("SSLRequest, and no byte more").hasSize(8);

            var again = CompletableFuture.supplyAsync(() -> refuseTls(proxy));
            var refused = catchThrowableOfType(
                    ConnectionException.class,
                    () -> DatabaseSessionFactory.open(
                            "postgres://me:s3cret-word@127.0.0.1:" + proxy.getLocalPort() + "/d?sslmode=verify-full"));
            assertThat(refused.advice().orElseThrow()).contains("sslmode=disable");
            assertThat(refused.isRetryable()).isFalse();
            assertThat(again.get()).hasSize(8);
        }
    }

    private static byte[] refuseTls(ServerSocket proxy) {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        try (Socket client = proxy.accept()) {
            client.setSoTimeout(10_000);
            InputStream in = client.getInputStream();
            heard.write(in.readNBytes(8));
            client.getOutputStream().write('N');
            in.transferTo(heard);
        } catch (IOException ended) {
            // What was heard until then counts.
        }
        return heard.toByteArray();
    }

    @Test
    void aServerWithAnothersCertificateIsRefused(@TempDir Path directory) throws Exception {
        try (PostgresLab own = PostgresLab.builder().tls().start();
                PostgresLab stranger =
                        PostgresLab.builder().tls("db.example.com").start()) {
            Path authority = Files.writeString(directory.resolve("own.crt"), own.certificate());
            Map<String, String> known = decided(Map.of("sslrootcert", authority.toString()), false);
            connect(known, own.port(), own.user(), own.password()).close();
            assertThatThrownBy(() -> connect(known, stranger.port(), stranger.user(), stranger.password()))
                    .isInstanceOf(SQLException.class);

            Path strangers = Files.writeString(directory.resolve("stranger.crt"), stranger.certificate());
            assertThatThrownBy(() -> connect(
                            decided(Map.of("sslrootcert", strangers.toString()), false),
                            stranger.port(),
                            stranger.user(),
                            stranger.password()))
                    .as("signed by a known authority, for another host")
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> connect(decided(Map.of(), false), own.port(), own.user(), own.password()))
                    .as("signed by nobody that this Java knows")
                    .isInstanceOf(SQLException.class);
        }
    }

    /** A server that lets anybody in, or asks for the password itself, has not proved that it knows it. */
    @Test
    void onlyScramLogsIn() throws Exception {
        Map<String, String> plain = Map.of("sslmode", "disable");
        try (PostgresLab trusting =
                PostgresLab.builder().passwordAuthentication(false).start()) {
            assertThatThrownBy(() -> connect(decided(plain, false), trusting.port(), "postgres", "x"))
                    .hasMessageContaining("requireAuth");
            connect(
                            decided(Map.of("sslmode", "disable", "requireAuth", "none"), false),
                            trusting.port(),
                            "postgres",
                            "x")
                    .close();
        }
        try (PostgresLab asking = PostgresLab.start()) {
            connect(decided(plain, false), asking.port(), asking.user(), asking.password())
                    .close();
        }
        try (ServerSocket curious = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            var heard = CompletableFuture.supplyAsync(() -> askForPassword(curious));
            assertThatThrownBy(() -> connect(decided(plain, false), curious.getLocalPort(), "me", "s3cret-word"))
                    .hasMessageContaining("requireAuth");
            assertThat(new String(heard.get(), java.nio.charset.StandardCharsets.ISO_8859_1))
                    .contains("me")
                    .doesNotContain("s3cret-word");
        }
    }

    private static byte[] askForPassword(ServerSocket server) {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        try (Socket client = server.accept()) {
            client.setSoTimeout(10_000);
            InputStream in = client.getInputStream();
            int length = java.nio.ByteBuffer.wrap(in.readNBytes(4)).getInt();
            heard.write(in.readNBytes(length - 4));
            // AuthenticationCleartextPassword
            client.getOutputStream().write(new byte[] {'R', 0, 0, 0, 8, 0, 0, 0, 3});
            in.transferTo(heard);
        } catch (IOException ended) {
            // What was heard until then counts.
        }
        return heard.toByteArray();
    }
}
