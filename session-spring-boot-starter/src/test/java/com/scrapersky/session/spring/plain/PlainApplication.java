package com.scrapersky.session.spring.plain;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** An application with JDBC and nothing else. */
@SpringBootApplication(proxyBeanMethods = false)
public class PlainApplication {

    public static void main(String[] arguments) {
        try (ConfigurableApplicationContext application = SpringApplication.run(PlainApplication.class, arguments)) {
            JdbcTemplate jdbc = application.getBean(JdbcTemplate.class);
            jdbc.execute("set search_path = pg_catalog, public");
            String path = "";
            for (int i = 0; i < 8; i++) {
                path = jdbc.queryForObject("select current_setting('search_path') || ?", String.class, "");
            }
            System.out.println("answered: " + path);
        }
    }
}
