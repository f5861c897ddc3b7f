package com.scrapersky.profiles;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The ScraperSky profiles backend: {@code /api/v3/profiles} on PostgreSQL, behind any pooler.
 *
 * <p>It reads its configuration from the environment; {@code docs/http.md} lists the variables and the requests.
 */
@SpringBootApplication
public class ProfilesApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(ProfilesApplication.class, arguments);
    }
}
