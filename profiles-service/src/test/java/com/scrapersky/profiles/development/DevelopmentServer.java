package com.scrapersky.profiles.development;

import com.scrapersky.profiles.ProfileFields;
import com.scrapersky.profiles.ProfileService;
import com.scrapersky.profiles.ProfilesApplication;
import com.scrapersky.profiles.security.RequestContexts;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.PoolerProfile;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;

/**
 * What {@code bin/run} starts: the service as it is, on a database of its own behind PgBouncer, with a few profiles and a
 * token for an hour. With {@code DATABASE_URL} set it takes that database instead, and migrates it, as the service does at every start, and adds no samples.
 *
 * <p>Everything it started is gone when the JVM is, however that ends.
 */
public final class DevelopmentServer {

    private static final PrintStream OUT = System.out;
    private static final UUID DEFAULT_TENANT = UUID.fromString("550e8400-e29b-41d4-a716-446655440000");
    private static final int USUAL_PORT = 8080;
    private static final Duration TOKEN_LIFETIME = Duration.ofHours(1);

    private DevelopmentServer() {}

    public static void main(String[] arguments) {
        // Until the service configures it, the log tells everything, and that is of the embedded PostgreSQL's start.
        LoggingSystem.get(DevelopmentServer.class.getClassLoader())
                .setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.WARN);
        Map<String, String> environment = System.getenv();
        List<String> settings = new ArrayList<>(List.of(arguments));
        DevelopmentDatabase database = isSet(environment, "DATABASE_URL") ? null : DevelopmentDatabase.start(OUT);
        if (database != null) {
            settings.add("--DATABASE_URL=" + database.url());
            settings.add("--MIGRATION_DATABASE_URL=" + database.directUrl());
        }
        Tokens tokens = Tokens.ofRandomSecret();
        if (isSet(environment, "JWT_SECRET_KEY")) {
            tokens = new Tokens(environment.get("JWT_SECRET_KEY"));
        } else {
            settings.add("--JWT_SECRET_KEY=" + tokens.secret());
        }
        settings.add("--PROFILES_API_DOCUMENT=true");
        settings.add("--server.port=" + port(environment.get("PORT")));

        SpringApplication application = new SpringApplication(ProfilesApplication.class);
        // One hook for all, because the database has to outlive the service.
        application.setRegisterShutdownHook(false);
        ServletWebServerApplicationContext service;
        try {
            service = (ServletWebServerApplicationContext) application.run(settings.toArray(String[]::new));
        } catch (RuntimeException reported) {
            // Spring has said why.
            close(database);
            System.exit(1);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            service.close();
            close(database);
        }));
        if (database != null) {
            addSamples(service.getBean(DatabaseSessionFactory.class), service.getBean(ProfileService.class));
        }
        int port = service.getWebServer().getPort();
        say(
                port,
                tokens.valid(TOKEN_LIFETIME),
                service.getBean(DatabaseSessionFactory.class).profile(),
                database);
    }

    private static void say(int port, String token, PoolerProfile profile, @Nullable DevelopmentDatabase database) {
        String url = "http://localhost:" + port + "/api/v3/profiles";
        String way = database == null ? "the database of DATABASE_URL" : database.way();
        OUT.println();
        OUT.println("The profiles service runs at " + url);
        OUT.println("Rows come through: " + way);
        OUT.println("What the sessions found in front of them: "
                + profile.toString().lines().findFirst().orElse("-"));
        OUT.println();
        OUT.println("Try it (the token is good for an hour):");
        OUT.println();
        OUT.println("curl -H \"Authorization: Bearer " + token + "\" " + url);
        OUT.println();
        OUT.println("Or in a browser, with the same token: http://localhost:" + port + "/swagger-ui/index.html");
        OUT.println();
        if (database != null) {
            OUT.println(
                    "A database for a program of your own, by the same way, where it may create what it likes, until this ends:");
            OUT.println();
            OUT.println("DATABASE_URL=" + database.urlForPrograms());
            OUT.println();
        }
        OUT.println("Ctrl-C stops everything that was started.");
        OUT.flush();
    }

    private static void addSamples(DatabaseSessionFactory sessions, ProfileService profiles) {
        for (ProfileFields sample : samples()) {
            // Each in a transaction of its own, as requests are: now() is the time of the transaction.
            sessions.withContext(RequestContexts.of(DEFAULT_TENANT, "samples"))
                    .write(session -> profiles.createProfile(session, DEFAULT_TENANT, sample));
        }
    }

    private static List<ProfileFields> samples() {
        return List.of(
                ProfileFields.of(Map.of("name", "Ada Lovelace", "email", "ada@example.com", "role", "admin")),
                ProfileFields.of(Map.of("name", "Grace Hopper", "email", "grace@example.com", "role", "editor")),
                ProfileFields.of(Map.of("name", "Edgar F. Codd", "email", "codd@example.com", "active", false)));
    }

    /** The wanted port, else a free one. */
    private static int port(@Nullable String wanted) {
        int port = wanted == null || wanted.isBlank() ? USUAL_PORT : Integer.parseInt(wanted.strip());
        try (ServerSocket probe = new ServerSocket(port)) {
            return probe.getLocalPort();
        } catch (IOException taken) {
            OUT.println("Port " + port + " is taken; the service gets a free one.");
            return 0;
        }
    }

    private static void close(@Nullable DevelopmentDatabase database) {
        if (database != null) {
            database.close();
        }
    }

    private static boolean isSet(Map<String, String> environment, String name) {
        return !environment.getOrDefault(name, "").isBlank();
    }
}
