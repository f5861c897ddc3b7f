package com.scrapersky.session.doctor;

import com.scrapersky.session.testkit.PostgresLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the doctor says about certificates, right and wrong. */
@Tag("once")
class CertificatesTest {

    @TempDir
    private Path directory;

    @Test
    void rightAndNotTrusted() throws IOException {
        try (PostgresLab server = PostgresLab.builder().tls().start()) {
            Golden.check("tls-right", Run.of("--paste", "all", server.url() + verified(server)));
            Golden.check("tls-self-signed", Run.of(server.url() + "?sslmode=verify-full&sslrootcert=system"));
            Golden.check("tls-not-looked-at", Run.of(server.url() + "?sslmode=require"));
            Golden.check("tls-required", Run.of(server.url() + "?sslmode=disable"));
        }
    }

    @Test
    void expired() throws IOException {
        try (PostgresLab server = PostgresLab.builder().expiredTls().start()) {
            Golden.check("tls-expired", Run.of("--paste", "all", server.url() + verified(server)));
        }
    }

    @Test
    void forAnotherHost() throws IOException {
        try (PostgresLab server = PostgresLab.builder().tls("db.example.com").start()) {
            Golden.check("tls-wrong-name", Run.of("--paste", "all", server.url() + verified(server)));
        }
    }

    @Test
    void demandedAndNotThere() throws IOException {
        try (PostgresLab server = PostgresLab.start()) {
            Golden.check("tls-refused", Run.of(server.url() + "?sslmode=require"));
        }
    }

    private String verified(PostgresLab server) throws IOException {
        Path file = Files.writeString(directory.resolve("root.pem"), server.certificate());
        return "?sslmode=verify-full&sslrootcert=" + file;
    }
}
