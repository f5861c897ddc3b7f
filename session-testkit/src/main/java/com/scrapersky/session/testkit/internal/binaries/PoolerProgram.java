package com.scrapersky.session.testkit.internal.binaries;

import com.scrapersky.session.testkit.internal.process.LabProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A pooler's program, on this machine or in a container. */
public interface PoolerProgram {

    /** Starts a server with this configuration file, whose directory is the server's own. */
    LabProcess start(String name, Path configuration, Path log);

    /**
     * A program on this machine.
     *
     * @param command the start of a command line that runs it
     */
    record OnThisMachine(List<String> command) implements PoolerProgram {

        @Override
        public LabProcess start(String name, Path configuration, Path log) {
            List<String> line = new ArrayList<>(command);
            line.add(configuration.toString());
            return LabProcess.start(name, line, directoryOf(configuration), log, "KILL");
        }
    }

    static Path directoryOf(Path configuration) {
        return configuration.toAbsolutePath().resolveSibling("").normalize();
    }
}
