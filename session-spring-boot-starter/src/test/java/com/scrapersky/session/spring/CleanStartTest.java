package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.spring.plain.PlainApplication;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application that lacks what the starter can do without starts without a word about it. */
@Tag("once")
class CleanStartTest {

    private static final String ALL =
            "liquibase|flyway|micrometer|actuator|health|security|oauth2|nimbus|hibernate|spring-orm|jakarta.persistence|spring-data";

    @ParameterizedTest
    @ValueSource(strings = {"liquibase", ALL})
    void nothingIsMissed(String absent) throws Exception {
        Pattern left = Pattern.compile("/[^/]*(" + absent + ")[^/]*\\.jar$");
        List<String> arguments = new ArrayList<>();
        for (String property : Route.PGBOUNCER_1_18.properties(
                "spring.main.web-application-type=none",
                "spring.main.banner-mode=off",
                "spring.flyway.enabled=false",
                "spring.liquibase.enabled=false",
                "spring.jpa.open-in-view=false",
                "logging.level.root=info")) {
            arguments.add("--" + property);
        }
        StartedProgram program = StartedProgram.run(
                StartedProgram.classPath(entry -> !left.matcher(entry).find()),
                List.of(),
                PlainApplication.class,
                arguments);
        assertThat(program.output()).contains("answered by several: pg_catalog");
        assertThat(program.exitCode()).isZero();
        assertThat(program.output().lines())
                .as(program.output())
                .noneMatch(line -> line.contains("introspect") || line.matches(".*\\b(WARN|ERROR)\\b.*"));
    }
}
