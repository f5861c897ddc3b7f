package com.scrapersky.session.testkit.internal.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.internal.tls.SelfSigned;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpstreamTest {

    private static final String URL = "postgresql://joe:secret@db.example.com/shop";

    @TempDir
    Path directory;

    private String root;

    @BeforeEach
    void writeRoot() throws Exception {
        root = Files.writeString(
                        directory.resolve("root.crt"), SelfSigned.create().pem())
                .toString();
    }

    @Test
    void readsTheUrl() {
        Upstream upstream = Upstream.parse(URL);
        assertThat(upstream.host()).isEqualTo("db.example.com");
        assertThat(upstream.port()).isEqualTo(5432);
        assertThat(upstream.database()).isEqualTo("shop");
        assertThat(upstream.user()).isEqualTo("joe");
        assertThat(upstream.password()).isEqualTo("secret");
        assertThat(upstream).hasToString("postgresql://joe@db.example.com:5432/shop");
        assertThat(Upstream.parse("jdbc:postgresql://db.example.com/shop?user=joe&password=secret&ssl=false"))
                .isEqualTo(upstream);
        assertThat(Upstream.parse(upstream.url())).isEqualTo(upstream);
        assertThat(Upstream.parse(upstream.jdbcUrl())).isEqualTo(upstream);
    }

    @Test
    void readsWhatIsSaidOfTls() {
        String checked = "?sslmode=verify-full&sslrootcert=" + root;
        assertThat(tls("")).isEqualTo("sslmode=prefer");
        assertThat(tls("?sslmode=prefer")).isEqualTo("sslmode=prefer");
        assertThat(tls("?sslmode=disable&sslrootcert=" + root)).isEqualTo("sslmode=disable");
        assertThat(tls(checked)).isEqualTo("sslmode=verify-full, sslrootcert=" + root);
        assertThat(tls("?sslrootcert=system")).isEqualTo("sslmode=verify-full, sslrootcert=system");
        Upstream upstream = Upstream.parse(URL + checked);
        assertThat(Upstream.parse(upstream.url())).isEqualTo(upstream);
        assertThat(Upstream.parse(upstream.jdbcUrl())).isEqualTo(upstream);
        assertThat(Upstream.parse(URL + "?sslrootcert=system").jdbcUrl())
                .contains("sslmode=verify-full", "sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory");
    }

    @Test
    void findsTheUsualRootAsLibpqDoes() throws Exception {
        assertThat(atHome(() -> tls("?sslmode=require"))).isEqualTo("sslmode=require");
        assertThat(atHome(() -> tls("?ssl=true"))).isEqualTo("sslmode=require");
        String[] modes = {"?sslmode=verify-ca", "?sslmode=verify-full"};
        for (String mode : modes) {
            assertThatThrownBy(() -> atHome(() -> tls(mode)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("needs the certificate of the server's authority")
                    .hasMessageContaining("sslrootcert=system");
        }
        Path usual = Files.createDirectory(directory.resolve(".postgresql")).resolve("root.crt");
        Files.copy(Path.of(root), usual);
        for (String mode : new String[] {"require", "verify-ca", "verify-full"}) {
            assertThat(atHome(() -> tls("?sslmode=" + mode))).isEqualTo("sslmode=" + mode + ", sslrootcert=" + usual);
        }
        assertThat(atHome(() -> Upstream.parse("jdbc:" + URL + "?ssl").tls().toString()))
                .isEqualTo("sslmode=verify-full, sslrootcert=" + usual);
        assertThat(atHome(() -> tls("?sslmode=prefer"))).isEqualTo("sslmode=prefer");
    }

    private String atHome(Supplier<String> action) {
        String home = System.getProperty("user.home");
        System.setProperty("user.home", directory.toString());
        try {
            return action.get();
        } finally {
            System.setProperty("user.home", home);
        }
    }

    @Test
    void refusesWhatItCannotDo() throws Exception {
        String empty = Files.createFile(directory.resolve("empty")).toString();
        String[][] cases = {
            {"sslmode=allow", "sslmode=allow is not supported", "disable, prefer, require, verify-ca, verify-full"},
            {"sslmode=REQUIRE", "sslmode=REQUIRE is not supported"},
            {"sslmode=", "sslmode= is not supported"},
            {"sslmode=require&sslrootcert=system", "sslmode=require is too weak", "use sslmode=verify-full"},
            {"sslmode=require&sslrootcert=" + directory.resolve("none"), "cannot be read", "NoSuchFileException"},
            {"sslmode=verify-ca&sslrootcert=" + empty, "holds no certificate"},
        };
        for (String[] wrong : cases) {
            assertThatThrownBy(() -> Upstream.parse(URL + "?" + wrong[0]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll(Arrays.copyOfRange(wrong, 1, wrong.length))
                    .hasMessageNotContaining("secret");
        }
    }

    @Test
    void saysTheServersNameInTheHandshakeButNoAddress() {
        assertThat(names("db.example.com")).contains("db.example.com");
        assertThat(names("localhost")).contains("localhost");
        assertThat(names("10.0.0.1")).isEqualTo("none");
        assertThat(names("[::1]")).isEqualTo("none");
    }

    private static String names(String host) {
        Upstream upstream = Upstream.parse("postgresql://joe@" + host + "/shop");
        SSLEngine engine = upstream.tls().engine(upstream.hostName(), upstream.port());
        return engine.getSSLParameters().getServerNames() == null
                ? "none"
                : engine.getSSLParameters().getServerNames().toString();
    }

    private static String tls(String parameters) {
        return Upstream.parse(URL + parameters).tls().toString();
    }
}
