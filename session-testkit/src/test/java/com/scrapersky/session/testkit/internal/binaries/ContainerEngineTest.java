package com.scrapersky.session.testkit.internal.binaries;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.OdysseyLab;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.internal.process.Unprivileged;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The labs on a machine that has no pooler, and an engine in whose place a script stands: it writes down what it is told, and
 * runs the real program with the user that it is told.
 */
@Timeout(120)
class ContainerEngineTest {

    // Nothing of apt and dpkg.
    private static final List<String> TOOLS =
            List.of("sh", "id", "cp", "cat", "setpriv", "chroot", "unshare", "rm", "sleep");

    @TempDir
    Path directory;

    private final Map<String, String> environment = new HashMap<>();

    /** Starts both poolers, plays with one of them, and waits to be killed while both run. */
    static final class User {
        public static void main(String[] arguments) throws Exception {
            PostgresLab postgres = PostgresLab.start();
            OdysseyLab odyssey = OdysseyLab.builder(postgres).start();
            use(odyssey);
            PgBouncerLab pgBouncer = PgBouncerLab.builder(postgres)
                    .version(PgBouncerVersion.V1_26)
                    .start();
            use(pgBouncer);
            pgBouncer.freeze();
            pgBouncer.thaw();
            use(pgBouncer);
            pgBouncer.crash();
            System.out.println("said: " + (pgBouncer.isRunning() ? "survived" : "crashed"));
            pgBouncer.restart();
            use(pgBouncer);
            System.out.println("said: complete");
            System.in.read();
        }

        private static void use(PoolerLab pooler) throws SQLException {
            try (Connection connection = pooler.connect(Map.of("prepareThreshold", "0"));
                    ResultSet rows = connection.createStatement().executeQuery("select 1")) {
                System.out.println("said: " + (rows.next() ? pooler.name() : "no row"));
            }
        }
    }

    @BeforeEach
    void prepareEngine() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path path = Files.createDirectory(directory.resolve("path"));
        for (String tool : TOOLS) {
            List<Path> originals = Arrays.stream(System.getenv("PATH").split(":"))
                    .map(entry -> Path.of(entry, tool))
                    .filter(Files::isExecutable)
                    .toList();
            // Not every system has every way to drop root's rights.
            if (!originals.isEmpty()) {
                script(path.resolve(tool), "exec " + originals.get(0) + " \"$@\"");
            }
        }
        script(path.resolve("docker"), """
                cd %s
                echo "$@" >> asked
                case $1 in
                  run)
                    name=
                    while case $1 in sky-session/*) false;; *) true;; esac; do
                      [ "$1" != --name ] || name=$2
                      [ "$1" != --workdir ] || workdir=$2
                      shift
                    done
                    shift
                    [ -z "$name" ] || { echo $$ > $name; cd $workdir; }
                    case $1 in
                      odyssey) shift; exec %s "$@";;
                      pgbouncer) shift; exec %s "$@";;
                    esac;;
                  kill) kill -s $3 $(cat $4);;
                esac
                """.formatted(
                        directory, commandOf(PoolerBinaries.ODYSSEY_1_5), commandOf(PoolerBinaries.PGBOUNCER_1_26)));
        environment.put("PATH", path.toString());
        environment.put("XDG_CACHE_HOME", directory.resolve("cache").toString());
    }

    private static String commandOf(PoolerBinaries binaries) {
        List<String> command = ((PoolerProgram.OnThisMachine) binaries.program()).command();
        return String.join(" ", Unprivileged.user().command(command));
    }

    @Test
    void runsThePoolersAndEndsThemWithTheJvm() throws Exception {
        try (ChildJvm jvm = new ChildJvm(User.class, environment)) {
            assertThat(said(jvm))
                    .containsExactly(
                            "Odyssey 1.5", "PgBouncer 1.26", "PgBouncer 1.26", "crashed", "PgBouncer 1.26", "complete");

            List<String> asked = Files.readAllLines(directory.resolve("asked"));
            List<String> runs =
                    asked.stream().filter(line -> line.contains("--name")).toList();
            assertThat(runs)
                    .hasSize(3)
                    .allSatisfy(
                            run -> assertThat(run)
                                    .matches(
                                            "run --rm --name (sky-\\w+-\\S+) --network host --security-opt label=disable --user \\d+:\\d+"
                                                    + " --volume (/\\S+):\\2 --workdir \\2 sky-session/\\w+:1\\.\\d+ (\\w+) \\2/\\3\\.\\w+"));
            assertThat(runs.stream().map(ContainerEngineTest::nameIn)).doesNotHaveDuplicates();
            assertThat(asked)
                    .contains("version", "image inspect sky-session/pgbouncer:1.26")
                    .contains("kill --signal STOP " + nameIn(runs.get(1)), "kill --signal KILL " + nameIn(runs.get(1)));

            List<ProcessHandle> running = Stream.of(runs.get(0), runs.get(2))
                    .map(run -> pid(nameIn(run)))
                    .flatMap(pid -> ProcessHandle.of(pid).stream())
                    .collect(Collectors.toList());
            assertThat(running).hasSize(2);
            jvm.kill();
            for (ProcessHandle process : running) {
                process.onExit().get(30, TimeUnit.SECONDS);
            }
            assertThat(Files.readAllLines(directory.resolve("asked")))
                    .contains("kill --signal KILL " + nameIn(runs.get(0)), "kill --signal KILL " + nameIn(runs.get(2)));
        }
    }

    private static List<String> said(ChildJvm jvm) throws IOException {
        List<String> said = new ArrayList<>();
        while (!said.contains("complete")) {
            String line = jvm.line();
            if (line == null) {
                break;
            }
            if (line.startsWith("said: ")) {
                said.add(line.substring("said: ".length()));
            }
        }
        return said;
    }

    private static String nameIn(String run) {
        return run.replaceAll(".*--name (\\S+) .*", "$1");
    }

    private long pid(String container) {
        try {
            return Long.parseLong(Files.readString(directory.resolve(container)).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void script(Path file, String text) throws Exception {
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
