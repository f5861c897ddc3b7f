package com.scrapersky.session.testkit.internal.binaries;

import com.scrapersky.session.testkit.internal.process.Command;
import com.scrapersky.session.testkit.internal.process.LabDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Programs out of Debian's packages, unpacked with the libraries they need; nothing is installed and no root right is
 * needed. apt keeps its state for this in a directory of its own, and the mirror is the one that the machine's apt is
 * configured with.
 */
final class DebianArchive {

    /** Names a Debian mirror on a machine whose own apt knows none. */
    static final String MIRROR_VARIABLE = "SKY_DEBIAN_MIRROR";

    private static final Path KEYRING = Path.of("/usr/share/keyrings/debian-archive-keyring.gpg");

    private final Path state;
    private final List<String> options;

    private DebianArchive(Path state) {
        this.state = state;
        this.options = List.of(
                "-qq",
                "-o",
                "Dir::Etc::sourcelist=" + state.resolve("sources.list"),
                "-o",
                "Dir::Etc::sourceparts=-",
                "-o",
                "Dir::State=" + state,
                "-o",
                "Dir::State::lists=" + state.resolve("lists"),
                "-o",
                "Dir::State::status=/dev/null",
                "-o",
                "Dir::Cache=" + state.resolve("cache"),
                "-o",
                "Acquire::Languages=none",
                // As root, apt would read and write as a user that may not enter this directory.
                "-o",
                "APT::Sandbox::User=root");
    }

    /** Unpacks the package of that suite, with its libraries, into {@code root}. */
    static void unpack(String suite, String packageName, Path root) throws IOException {
        Path state = Files.createTempDirectory("sky-apt-");
        try {
            Files.createDirectories(state.resolve("lists/partial"));
            Files.createDirectories(state.resolve("cache"));
            DebianArchive archive = new DebianArchive(state);
            archive.update(suite);
            archive.download(archive.withLibraries(packageName));
            archive.extract(root);
        } finally {
            LabDirectory.delete(state);
        }
    }

    private void update(String suite) throws IOException {
        String trusted = Files.exists(KEYRING) ? "[signed-by=" + KEYRING + "] " : "";
        StringBuilder problems = new StringBuilder();
        for (String mirror : mirrors()) {
            Files.writeString(state.resolve("sources.list"), "deb " + trusted + mirror + " " + suite + " main\n");
            Command.Result result = Command.run(apt("apt-get", "update"));
            if (result.succeeded()) {
                return;
            }
            problems.append('\n').append(result.output().strip());
        }
        throw new IOException("no Debian mirror of this machine's apt has the suite " + suite + ":" + problems);
    }

    private static Set<String> mirrors() throws IOException {
        String given = System.getenv(MIRROR_VARIABLE);
        if (given != null && !given.isBlank()) {
            return Set.of(given.strip());
        }
        Command.Result targets =
                Command.run(List.of("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"));
        if (!targets.succeeded()) {
            throw new IOException(
                    "apt-get does not run here: " + targets.output().strip());
        }
        // The archive itself, not the security or third-party archives that stand beside it.
        Set<String> mirrors = new LinkedHashSet<>();
        targets.output()
                .lines()
                .filter(address -> address.matches(".*/debian/?"))
                .forEach(mirrors::add);
        if (mirrors.isEmpty()) {
            throw new IOException(
                    "apt knows no Debian mirror here; the environment variable " + MIRROR_VARIABLE + " can name one");
        }
        return mirrors;
    }

    /**
     * The package and every library it leads to. What else the packages depend on (maintainer scripts' tools, other
     * servers) is for installing them, which does not happen here.
     */
    private Set<String> withLibraries(String packageName) {
        Set<String> found = new LinkedHashSet<>();
        List<String> next = List.of(packageName);
        while (!next.isEmpty()) {
            found.addAll(next);
            List<String> command = apt("apt-cache", "depends", "--no-recommends", "--no-suggests", "--no-conflicts");
            command.addAll(List.of("--no-breaks", "--no-replaces", "--no-enhances"));
            command.addAll(next);
            next = Command.require(command, state, Map.of())
                    .lines()
                    .map(String::strip)
                    .filter(line -> line.startsWith("Depends: ") || line.startsWith("PreDepends: "))
                    .map(line -> line.substring(line.indexOf(' ') + 1))
                    .filter(name -> name.matches("(lib|zlib1g)[^<]*") && !name.contains("perl"))
                    .filter(name -> !found.contains(name))
                    .distinct()
                    .toList();
        }
        return found;
    }

    private void download(Set<String> packages) {
        List<String> command = apt("apt-get", "download");
        command.addAll(packages);
        Command.require(command, state, Map.of());
    }

    private void extract(Path root) throws IOException {
        try (Stream<Path> files = Files.list(state)) {
            for (Path deb :
                    files.filter(file -> file.toString().endsWith(".deb")).toList()) {
                Command.require(List.of("dpkg", "-x", deb.toString(), root.toString()), state, Map.of());
            }
        }
    }

    private List<String> apt(String tool, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(tool);
        command.addAll(options);
        command.addAll(List.of(arguments));
        return command;
    }
}
