package com.scrapersky.session.testkit.internal.process;

import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/**
 * A server process that keeps its port of the loopback address over crashes and restarts. What stops or starts it is
 * meant for one thread at a time.
 */
public final class PortedProcess implements AutoCloseable {

    private static final int ATTEMPTS = 5;

    private final IntFunction<LabProcess> launch;
    private final IntPredicate ready;
    private final int port;
    private LabProcess process;

    private PortedProcess(IntFunction<LabProcess> launch, IntPredicate ready, int port, LabProcess process) {
        this.launch = launch;
        this.ready = ready;
        this.port = port;
        this.process = process;
    }

    /**
     * Starts it on a free port.
     *
     * @param launch starts the process for that port
     * @param ready whether it answers on that port
     * @param portTaken what its log says when another server has the port
     */
    public static PortedProcess start(IntFunction<LabProcess> launch, IntPredicate ready, String portTaken) {
        for (int attempt = 1; ; attempt++) {
            int port = LoopbackPorts.free();
            LabProcess started = launch.apply(port);
            try {
                started.awaitReady(() -> ready.test(port));
                return new PortedProcess(launch, ready, port, started);
            } catch (IllegalStateException e) {
                started.close();
                if (attempt == ATTEMPTS || !started.logTail().contains(portTaken)) {
                    throw e;
                }
            }
        }
    }

    public int port() {
        return port;
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** Stops it where it is, so that it answers nothing while its connections stay open. */
    public void freeze() {
        process.freeze();
    }

    /** Ends {@link #freeze()}. */
    public void thaw() {
        process.signal("CONT");
    }

    /** Ends it with SIGKILL. */
    public void crash() {
        process.end("KILL");
    }

    /** Starts it again on the same port, after {@link #crash()} if it runs. */
    public void restart() {
        if (isRunning()) {
            crash();
        }
        process = launch.apply(port);
        process.awaitReady(() -> ready.test(port));
    }

    @Override
    public void close() {
        process.close();
    }
}
