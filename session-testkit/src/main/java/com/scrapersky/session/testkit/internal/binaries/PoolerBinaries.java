package com.scrapersky.session.testkit.internal.binaries;

import com.scrapersky.session.testkit.internal.process.Command;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds a pooler's program in one exact version: named by an environment variable, on the {@code PATH}, in the user's
 * cache, in Debian's packages, or in those by way of a container engine, in this order. What cannot be had is an error that
 * says how to get it.
 */
public enum PoolerBinaries {
    PGBOUNCER_1_18("pgbouncer", "1.18", "bookworm"),
    PGBOUNCER_1_26("pgbouncer", "1.26", "forky"),
    ODYSSEY_1_5("odyssey", "1.5", "forky");

    private static final ConcurrentHashMap<PoolerBinaries, PoolerProgram> FOUND = new ConcurrentHashMap<>();

    private final String program;
    private final String version;
    private final String suite;

    PoolerBinaries(String program, String version, String suite) {
        this.program = program;
        this.version = version;
        this.suite = suite;
    }

    /** The program of that version. */
    public PoolerProgram program() {
        // Not computeIfAbsent: a download would hold a lock of the map for seconds.
        PoolerProgram known = FOUND.get(this);
        if (known == null) {
            known = findProgram();
            FOUND.put(this, known);
        }
        return known;
    }

    /** The environment variable that names the program or a command line that runs it. */
    public String variable() {
        return "SKY_" + program.toUpperCase(Locale.ROOT) + "_" + version.replace('.', '_');
    }

    private PoolerProgram findProgram() {
        try {
            return new PoolerProgram.OnThisMachine(command());
        } catch (NotHere e) {
            return contained(e);
        }
    }

    /** The start of a command line that runs the program on this machine. */
    private List<String> command() {
        String given = System.getenv(variable());
        if (given != null && !given.isBlank()) {
            return given(given.strip());
        }
        for (Path candidate : onPath()) {
            List<String> command = List.of(candidate.toString());
            if (isWanted(command)) {
                return command;
            }
        }
        return unpacked();
    }

    private List<String> given(String text) {
        List<String> command = Files.isExecutable(Path.of(text)) ? List.of(text) : Arrays.asList(text.split("\\s+"));
        if (!isWanted(command)) {
            throw new IllegalStateException(
                    variable() + " names \"" + text + "\", which does not answer --version with " + program + " "
                            + version + " but with: " + versionText(command));
        }
        return command;
    }

    private Set<Path> onPath() {
        String path = System.getenv().getOrDefault("PATH", "");
        // Distributions put servers where an ordinary user's PATH does not lead.
        return Stream.concat(Arrays.stream(path.split(File.pathSeparator)), Stream.of("/usr/sbin", "/usr/local/sbin"))
                .filter(directory -> !directory.isBlank())
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private List<String> unpacked() {
        String name = program + "-" + version + "-" + System.getProperty("os.arch");
        try {
            Path cached = BinaryCache.ofUser().obtain(name, root -> {
                DebianArchive.unpack(suite, program, root);
                List<String> command = commandIn(root);
                if (!isWanted(command)) {
                    throw new IOException(
                            "the package in Debian's " + suite + " is another version: " + versionText(command));
                }
            });
            return commandIn(BinaryCache.runnable().copyOf(name, cached));
        } catch (UncheckedIOException | IOException e) {
            throw new NotHere(e);
        }
    }

    private PoolerProgram contained(NotHere reason) {
        ContainerEngine engine = ContainerEngine.find().orElseThrow(() -> reason.toError(this, "none answers", reason));
        try {
            String image = engine.image(suite, program, version);
            List<String> command = engine.command(image, program);
            if (!isWanted(command)) {
                throw new IOException(
                        "the package in Debian's " + suite + " is another version: " + versionText(command));
            }
            return engine.program(image, program);
        } catch (UncheckedIOException | IOException e) {
            throw reason.toError(
                    this, engine + " could not run it: " + causeOf(e).getMessage(), e);
        }
    }

    private static Throwable causeOf(Exception e) {
        return e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
    }

    /** The program cannot be had for this machine itself. */
    private static final class NotHere extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NotHere(Exception cause) {
            super(causeOf(cause).getMessage(), cause);
        }

        IllegalStateException toError(PoolerBinaries wanted, String engine, Exception cause) {
            String what = wanted.program + " " + wanted.version;
            return new IllegalStateException(
                    what + " is not on the PATH; unpacking Debian's package failed: " + getMessage()
                            + "; and of the container engines " + ContainerEngine.COMMANDS + ", " + engine
                            + "\nWays to get it: install " + what + " so that it is on the PATH; or set the environment"
                            + " variable " + wanted.variable()
                            + " to its path, or to a command line that runs it; or run"
                            + " once on Debian or where the environment variable " + DebianArchive.MIRROR_VARIABLE
                            + " names a Debian mirror that apt-get can read; or start a container engine that this user"
                            + " may use.",
                    cause);
        }
    }

    /** Runs the program with its own loader and libraries: the machine's may be older, or not glibc at all. */
    private List<String> commandIn(Path root) throws IOException {
        Path loader = one(root, ".*/(ld-linux[^/]*|ld64)\\.so\\.\\d+");
        Path binary = one(root, ".*/s?bin/" + program);
        String libraries;
        try (Stream<Path> files = Files.walk(root)) {
            libraries = files.filter(file -> file.getFileName().toString().matches("lib.*\\.so\\.\\d+"))
                    .map(file -> file.toString().substring(0, file.toString().lastIndexOf('/')))
                    .distinct()
                    .sorted()
                    .collect(Collectors.joining(":"));
        }
        List<String> command = new ArrayList<>();
        command.addAll(List.of(loader.toString(), "--library-path", libraries, binary.toString()));
        return List.copyOf(command);
    }

    private static Path one(Path root, String pattern) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().matches(pattern))
                    // A package's absolute links lead out of the unpacked directory, to the machine's own loader.
                    .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.isExecutable(file))
                    .sorted()
                    .findFirst()
                    .orElseThrow(() -> new IOException("nothing matches " + pattern + " in the packages"));
        }
    }

    private boolean isWanted(List<String> command) {
        return versionText(command)
                .toLowerCase(Locale.ROOT)
                .matches("(?s)" + program + " v?" + version.replace(".", "\\.") + "\\..*");
    }

    private static String versionText(List<String> command) {
        List<String> line = new ArrayList<>(command);
        line.add("--version");
        return Command.run(line).output().strip();
    }
}
