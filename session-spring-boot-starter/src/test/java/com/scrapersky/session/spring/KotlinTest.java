package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Kotlin's own compiler reads of the library and of the starter what may be null (JSpecify). It is kept off the class path, so that
 * the other tests are Java's applications.
 */
@Tag("once")
class KotlinTest {

    private static final Path COMPILER = Path.of("target", "kotlin");
    private static final Path PROGRAMS = Path.of("src", "test", "resources", "kotlin");
    private static final Pattern ERROR = Pattern.compile("\\.kt:(\\d+):\\d+: error: (?=.*([nN]ull|\\?))");

    /** What the programs are compiled against: the library, the starter, JSpecify. */
    private static final Pattern USED = Pattern.compile("/(session|session-spring-boot-starter)/target/|/jspecify");

    private static URLClassLoader compiler;

    @TempDir
    private Path classes;

    @BeforeAll
    static void load() throws IOException {
        try (Stream<Path> jars = Files.list(COMPILER)) {
            compiler = new URLClassLoader(urls(jars.toList()), ClassLoader.getPlatformClassLoader());
        }
    }

    @AfterAll
    static void unload() throws IOException {
        compiler.close();
    }

    @Test
    void aSoundProgramRuns() throws Exception {
        assertThat(compile("Sound.kt")).isEmpty();

        try (URLClassLoader kotlin = new URLClassLoader(
                urls(List.of(classes, jar("kotlin-stdlib"))), getClass().getClassLoader())) {
            Object answer = kotlin.loadClass("com.example.kotlin.SoundKt")
                    .getMethod("program", DataSource.class)
                    .invoke(
                            null,
                            new DriverManagerDataSource(
                                    Route.PGBOUNCER_1_18.endpoint().jdbcUrl()));
            assertThat(answer).isEqualTo("1 null [Item(name=lamp, stock=null)] 7 acme");
        }
    }

    @Test
    void whatMayBeNullIsNotTakenForWhatIsThere() throws Exception {
        List<String> lines = Files.readAllLines(PROGRAMS.resolve("Unsound.kt"));
        String told = compile("Unsound.kt");

        List<Integer> refused = ERROR.matcher(told)
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .toList();
        assertThat(refused)
                .as(told)
                .hasSize(6)
                .isEqualTo(IntStream.rangeClosed(1, lines.size())
                        .filter(number -> lines.get(number - 1).endsWith("// refused"))
                        .boxed()
                        .toList());
        assertThat(told.lines().filter(line -> line.contains("error:"))).hasSize(6);
    }

    /** What the compiler has to say; nothing where all is well. */
    private String compile(String program) throws Exception {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        String[] arguments = {
            "-no-reflect",
            "-no-stdlib",
            "-jvm-target",
            "17",
            "-nowarn",
            "-cp",
            String.join(java.io.File.pathSeparator, StartedProgram.classPath(USED.asPredicate()))
                    + java.io.File.pathSeparator
                    + jar("kotlin-stdlib"),
            "-d",
            classes.toString(),
            PROGRAMS.resolve(program).toString()
        };
        Class<?> type = compiler.loadClass("org.jetbrains.kotlin.cli.jvm.K2JVMCompiler");
        try (PrintStream out = new PrintStream(told, true, StandardCharsets.UTF_8)) {
            type.getMethod("exec", PrintStream.class, String[].class)
                    .invoke(type.getConstructor().newInstance(), out, arguments);
        }
        return told.toString(StandardCharsets.UTF_8);
    }

    private static Path jar(String name) throws IOException {
        try (Stream<Path> jars = Files.list(COMPILER)) {
            return jars.filter(jar -> jar.getFileName().toString().startsWith(name))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static URL[] urls(List<Path> files) throws IOException {
        URL[] urls = new URL[files.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = files.get(i).toUri().toURL();
        }
        return urls;
    }
}
