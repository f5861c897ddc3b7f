package com.scrapersky.session.spring.plain;

import java.sql.ResultSet;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/** An application with JDBC and nothing else. */
@SpringBootApplication(proxyBeanMethods = false)
public class PlainApplication {

    public static void main(String[] arguments) {
        try (ConfigurableApplicationContext application = SpringApplication.run(PlainApplication.class, arguments)) {
            JdbcTemplate jdbc = application.getBean(JdbcTemplate.class);
            Set<Integer> backends = new HashSet<>();
            String path = jdbc.execute((ConnectionCallback<String>) connection -> {
                String last = "";
                try (Statement statement = connection.createStatement()) {
                    statement.execute("set search_path = pg_catalog, public");
                    for (int i = 0; i < 8; i++) {
                        try (ResultSet row =
                                statement.executeQuery("select pg_backend_pid(), current_setting('search_path')")) {
                            row.next();
                            backends.add(row.getInt(1));
                            last = row.getString(2);
                        }
                    }
                }
                return last;
            });
            System.out.println("answered by " + (backends.size() > 1 ? "several" : "one") + ": " + path);
        }
    }
}
