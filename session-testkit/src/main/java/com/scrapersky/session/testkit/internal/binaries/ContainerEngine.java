package com.scrapersky.session.testkit.internal.binaries;

import com.scrapersky.session.testkit.internal.process.Command;
import com.scrapersky.session.testkit.internal.process.LabDirectory;
import com.scrapersky.session.testkit.internal.process.LabProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Poolers in containers, for systems that are not Debian: Debian's own package, installed into Debian's official image. The
 * container shares the host's network, so its configuration is that of a program on this machine. (Docker Desktop has host
 * networking too, where it has been switched on in its settings.)
 */
final class ContainerEngine {

    /** The commands that are tried, in this order. */
    static final List<String> COMMANDS = List.of("docker", "podman");

    private final String engine;

    private ContainerEngine(String engine) {
        this.engine = engine;
    }

    /** The first engine that answers; a {@code docker} without its server does not. */
    static Optional<ContainerEngine> find() {
        return COMMANDS.stream()
                .filter(command -> Command.run(List.of(command, "version")).succeeded())
                .map(ContainerEngine::new)
                .findFirst();
    }

    /** An image with the program out of that suite; made now if this is the first time. */
    String image(String suite, String program, String version) throws IOException {
        String image = "sky-session/" + program + ":" + version;
        if (Command.run(List.of(engine, "image", "inspect", image)).succeeded()) {
            return image;
        }
        Path context = Files.createTempDirectory("sky-image-");
        try {
            Files.writeString(context.resolve("Dockerfile"), """
                    FROM docker.io/library/debian:%s-slim
                    RUN apt-get update \\
                     && apt-get install -y --no-install-recommends %s \\
                     && rm -rf /var/lib/apt/lists/*
                    """.formatted(suite, program));
            Command.require(List.of(engine, "build", "-t", image, context.toString()), context, Map.of());
            return image;
        } finally {
            LabDirectory.delete(context);
        }
    }

    /** The start of a command line that runs a command in the image, to its end. */
    List<String> command(String image, String program) {
        return List.of(engine, "run", "--rm", image, program);
    }

    /** The program as a server in a container. */
    PoolerProgram program(String image, String program) {
        return new InAContainer(engine, image, program);
    }

    private record InAContainer(String engine, String image, String program) implements PoolerProgram {

        @Override
        public LabProcess start(String name, Path configuration, Path log) {
            Path directory = PoolerProgram.directoryOf(configuration);
            String container = "sky-" + program + "-" + UUID.randomUUID();
            List<String> command = new ArrayList<>(List.of(engine, "run", "--rm", "--name", container));
            command.addAll(List.of("--network", "host", "--security-opt", "label=disable"));
            command.addAll(List.of("--user", owner(directory), "--volume", directory + ":" + directory));
            command.addAll(List.of("--workdir", directory.toString(), image, program, configuration.toString()));
            List<String> signal = List.of(engine, "kill", "--signal");
            return LabProcess.startContainer(name, command, directory, log, signal, container);
        }
    }

    // Whoever owns the configuration can read it, and under root that is not root, whom the poolers refuse.
    private static String owner(Path directory) {
        try {
            return Files.getAttribute(directory, "unix:uid") + ":" + Files.getAttribute(directory, "unix:gid");
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot tell whose " + directory + " is", e);
        }
    }

    @Override
    public String toString() {
        return engine;
    }
}
