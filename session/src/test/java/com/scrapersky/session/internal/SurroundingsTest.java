package com.scrapersky.session.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What the library knows of the world around it: pgjdbc, HikariCP, a logging API, and no framework. */
class SurroundingsTest {

    private static final Path CLASSES = Path.of("target/classes");

    @Test
    void needsNoOtherModules() throws IOException {
        ModuleDescriptor module;
        try (var in = Files.newInputStream(CLASSES.resolve("module-info.class"))) {
            module = ModuleDescriptor.read(in);
        }
        assertThat(module.requires().stream()
                        .map(ModuleDescriptor.Requires::name)
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(
                        "java.base",
                        "java.sql",
                        "org.jspecify",
                        "com.zaxxer.hikari",
                        "org.postgresql.jdbc",
                        "org.slf4j",
                        "org.checkerframework.checker.qual");
        assertThat(module.exports())
                .singleElement()
                .satisfies(exported ->
                        assertThat(exported.source()).isEqualTo(DatabaseSessionFactory.class.getPackageName()));
    }

    /** Names of classes stand in a class file as they are. */
    @Test
    void namesNoFramework() throws IOException {
        List<Path> classes;
        try (Stream<Path> files = Files.walk(CLASSES)) {
            classes = files.filter(file -> file.toString().endsWith(".class")).toList();
        }
        assertThat(classes).hasSizeGreaterThan(100);
        for (Path file : classes) {
            assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                    .as(file.toString())
                    .doesNotContain("org/springframework", "io/micrometer", "jakarta/", "org/hibernate");
        }
    }

    /** Kotlin reads JSpecify: what is not marked nullable is not. */
    @Test
    void saysOfEachTypeWhetherItMayBeNull() {
        assertThat(DatabaseSessionFactory.class.getPackage().isAnnotationPresent(NullMarked.class))
                .isTrue();
    }
}
