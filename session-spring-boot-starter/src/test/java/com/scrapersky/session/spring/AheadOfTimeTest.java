package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.spring.plain.PlainApplication;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application whose beans Spring has worked out ahead of time, as a native image is made of, is pool-safe as another one. */
@Tag("once")
class AheadOfTimeTest {

    @TempDir
    private Path directory;

    private static List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        for (String property : Route.PGBOUNCER_1_18.properties(
                "spring.main.web-application-type=none",
                "spring.main.banner-mode=off",
                "spring.flyway.enabled=false",
                "spring.liquibase.enabled=false",
                "spring.jpa.open-in-view=false")) {
            arguments.add("--" + property);
        }
        return arguments;
    }

    @Test
    void beansWorkedOutAheadOfTimeArePoolSafe() throws Exception {
        List<String> withoutJpa =
                StartedProgram.classPath(entry -> !entry.matches(".*/[^/]*(hibernate|jpa|spring-data)[^/]*\\.jar"));
        Path sources = Files.createDirectory(directory.resolve("sources"));
        Path resources = Files.createDirectory(directory.resolve("resources"));
        Path classes = Files.createDirectory(directory.resolve("classes"));
        List<String> processing = new ArrayList<>(List.of(
                PlainApplication.class.getName(),
                sources.toString(),
                resources.toString(),
                classes.toString(),
                "shop",
                "plain"));
        processing.addAll(arguments());
        StartedProgram processed = StartedProgram.run(
                withoutJpa,
                List.of(),
                Class.forName("org.springframework.boot.SpringApplicationAotProcessor"),
                processing);
        assertThat(processed.exitCode()).as(processed.output()).isZero();

        compile(sources, classes, withoutJpa);
        List<String> classPath = new ArrayList<>(List.of(classes.toString(), resources.toString()));
        classPath.addAll(withoutJpa);
        StartedProgram program = StartedProgram.run(
                classPath, List.of("-Dspring.aot.enabled=true"), PlainApplication.class, arguments());
        assertThat(program.output()).contains("answered by several: pg_catalog");

        try (Stream<Path> files = Files.walk(resources)) {
            assertThat(files.filter(file -> file.endsWith("reachability-metadata.json")))
                    .as("what is bound by reflection, such as the properties")
                    .singleElement()
                    .satisfies(file -> assertThat(Files.readString(file)).contains("SkySessionProperties"));
        }
    }

    private static void compile(Path sources, Path classes, List<String> classPath) throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (Stream<Path> files = Files.walk(sources);
                StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            List<Path> written =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            assertThat(written).anyMatch(file -> file.endsWith("SkySessionAutoConfiguration__BeanDefinitions.java"));
            List<String> options = List.of(
                    "-proc:none",
                    "-nowarn",
                    "-d",
                    classes.toString(),
                    "-cp",
                    classes + java.io.File.pathSeparator + String.join(java.io.File.pathSeparator, classPath));
            assertThat(compiler.getTask(
                                    null, manager, null, options, null, manager.getJavaFileObjectsFromPaths(written))
                            .call())
                    .isTrue();
        }
    }

    /** Kotlin reads JSpecify. */
    @Test
    void saysOfEachTypeWhetherItMayBeNull() {
        assertThat(SessionContextSource.class.getPackage().isAnnotationPresent(NullMarked.class))
                .isTrue();
    }
}
