package com.scrapersky.session.testkit.internal.binaries;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where a program is looked for first, by JVMs whose environment has it in several places. */
@Timeout(60)
class PoolerBinariesTest {

    // What the search itself runs; without apt-get and dpkg nothing can be unpacked.
    private static final List<String> TOOLS = List.of("sh", "id", "cp", "cat", "setpriv", "chroot", "unshare");

    @TempDir
    Path directory;

    private Path path;
    private final Map<String, String> environment = new HashMap<>();

    /** Prints the command line of the program, or what there is in its place, or why there is none. */
    static final class Finder {
        public static void main(String[] arguments) {
            try {
                PoolerProgram program = PoolerBinaries.valueOf(arguments[0]).program();
                System.out.println(
                        program instanceof PoolerProgram.OnThisMachine here
                                ? String.join(" ", here.command())
                                : program.toString());
            } catch (IllegalStateException e) {
                System.out.println("error: " + e.getMessage());
            }
        }
    }

    @BeforeEach
    void emptyEnvironment() throws IOException {
        // The servers' user has to come here as well.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        path = Files.createDirectory(directory.resolve("path"));
        for (String tool : TOOLS) {
            Path original = Arrays.stream(System.getenv("PATH").split(":"))
                    .map(entry -> Path.of(entry, tool))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElse(null);
            // Not every system has every way to drop root's rights.
            if (original != null) {
                script(path.resolve(tool), "exec " + original + " \"$@\"");
            }
        }
        environment.put("PATH", path.toString());
        environment.put("XDG_CACHE_HOME", directory.resolve("cache").toString());
    }

    @Test
    void takesTheVariableFirst() throws Exception {
        String onPath = program(path.resolve("odyssey"), "odyssey 1.5.1 release");
        assertThat(found("ODYSSEY_1_5")).isEqualTo(onPath);
        String named = program(directory.resolve("mine"), "odyssey 1.5.9 release");
        environment.put("SKY_ODYSSEY_1_5", named);
        assertThat(found("ODYSSEY_1_5")).isEqualTo(named);
        environment.put("SKY_ODYSSEY_1_5", "sh " + named);
        assertThat(found("ODYSSEY_1_5")).isEqualTo("sh " + named);
    }

    @Test
    void refusesAVariableThatNamesAnotherVersion() throws Exception {
        environment.put("SKY_PGBOUNCER_1_26", program(directory.resolve("old"), "PgBouncer 1.18.0"));
        assertThat(found("PGBOUNCER_1_26"))
                .startsWith("error: SKY_PGBOUNCER_1_26 names")
                .contains("PgBouncer 1.18.0");
    }

    @Test
    void takesFromThePathOnlyTheVersionThatIsWanted() throws Exception {
        Path second = Files.createDirectory(directory.resolve("second"));
        environment.put("PATH", path + ":" + second);
        program(path.resolve("odyssey"), "odyssey 1.4.1 release");
        String right = program(second.resolve("odyssey"), "odyssey 1.5.0 release");
        cached("odyssey-1.5", "odyssey");
        assertThat(found("ODYSSEY_1_5")).isEqualTo(right);
    }

    @Test
    void takesTheCacheBeforeUnpacking() throws Exception {
        program(path.resolve("odyssey"), "odyssey 1.4.1 release");
        Path cached = cached("odyssey-1.5", "odyssey");
        assertThat(found("ODYSSEY_1_5"))
                .contains(cached.resolve("usr/bin/odyssey").toString())
                .contains("--library-path");
    }

    @Test
    void saysHowToGetWhatCannotBeHad() throws Exception {
        assertThat(found("ODYSSEY_1_5"))
                .startsWith("error: odyssey 1.5 is not on the PATH")
                .contains("apt-get does not run here")
                .contains("container engines [docker, podman], none answers")
                .contains("on the PATH;")
                .contains("SKY_ODYSSEY_1_5")
                .contains("SKY_DEBIAN_MIRROR")
                .contains("start a container engine");
        assertThat(Files.list(directory.resolve("cache/sky-session"))
                        .map(Path::getFileName)
                        .map(Objects::toString))
                .containsExactly(".lock");
    }

    /** The stand-ins for an engine write down what they are asked, and answer what an engine would. */
    @Test
    void buildsAnImageWhereNothingElseHelps() throws Exception {
        String asked = directory.resolve("asked").toString();
        script(path.resolve("docker"), "echo \"docker $*\" >> " + asked + "\nexit 1");
        script(path.resolve("podman"), """
                echo "podman $*" >> %s
                case "$1 $2" in
                  "image inspect") exit 1 ;;
                  "build -t") cat "$4/Dockerfile" >> %s ;;
                  "run --rm") echo 'odyssey 1.5.2 release' ;;
                esac""".formatted(asked, asked));
        assertThat(found("ODYSSEY_1_5")).contains("podman", "sky-session/odyssey:1.5");
        assertThat(Files.readString(Path.of(asked)))
                .startsWith("docker version\npodman version\npodman image inspect sky-session/odyssey:1.5\n")
                .contains("\nFROM docker.io/library/debian:forky-slim\n", "--no-install-recommends odyssey")
                .endsWith("podman run --rm sky-session/odyssey:1.5 odyssey --version\n");
    }

    @Test
    void saysWhyTheEngineCouldNot() throws Exception {
        script(path.resolve("docker"), """
                case "$1" in
                  image) exit 1 ;;
                  build) echo 'no route to the registry'; exit 1 ;;
                esac""");
        assertThat(found("ODYSSEY_1_5"))
                .startsWith("error: odyssey 1.5 is not on the PATH")
                .contains("apt-get does not run here")
                .contains("docker could not run it")
                .contains("no route to the registry");
        script(path.resolve("docker"), "echo 'odyssey 1.4.1 release'");
        assertThat(found("ODYSSEY_1_5")).contains("docker could not run it", "another version: odyssey 1.4.1");
    }

    private String found(String wanted) throws Exception {
        try (ChildJvm jvm = new ChildJvm(Finder.class, environment, wanted)) {
            return jvm.rest().strip();
        }
    }

    /** A cache entry as unpacking leaves it: a loader, the program, and its libraries. */
    private Path cached(String name, String program) throws IOException {
        Path root = directory.resolve("cache/sky-session/" + name + "-" + System.getProperty("os.arch"));
        program(root.resolve("usr/lib/ld-linux-x86-64.so.2"), "loader");
        program(root.resolve("usr/bin/" + program), program);
        Files.createFile(root.resolve("usr/lib/libc.so.6"));
        return root;
    }

    private static String program(Path file, String version) throws IOException {
        return script(file, "echo '" + version + "'");
    }

    private static String script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file.toString();
    }
}
