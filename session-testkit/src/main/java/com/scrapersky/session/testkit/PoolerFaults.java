package com.scrapersky.session.testkit;

import com.scrapersky.session.testkit.internal.protocol.ErrorResponse;
import com.scrapersky.session.testkit.internal.proxy.FaultControl;
import com.scrapersky.session.testkit.internal.proxy.FaultControl.Act;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong at a {@link TransactionPooler}, on demand. Every call is in force when it returns. A fault lasts until its
 * {@link Fault} is closed, or until it has struck where it strikes once. Thread-safe.
 *
 * <pre>{@code
 * pooler.faults().cutAfterCommit();
 * assertThatThrownBy(connection::commit);   // the server has committed, and the client cannot know
 *
 * try (Fault slow = pooler.faults().delay(Direction.TO_CLIENT, Duration.ofMillis(20))) {
 *     …
 * }
 * }</pre>
 */
public final class PoolerFaults {

    private static final String COMMIT = "(?is)^\\s*(commit|end)\\b(?!\\s+prepared)";
    private static final String ANYTHING = "(?s).*";
    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

    private final FaultControl control;
    private final PostgresEndpoint postgres;

    PoolerFaults(FaultControl control, PostgresEndpoint postgres) {
        this.control = control;
        this.postgres = postgres;
    }

    /** Adds latency to everything that goes this way, logins included; for the time being, not for each byte. */
    public Fault delay(Direction direction, Duration latency) {
        control.delay(direction, latency);
        return () -> control.delay(direction, Duration.ZERO);
    }

    /** Holds back everything that goes this way until the fault is closed, which lets it all go. */
    public Fault stall(Direction direction) {
        control.stall(direction, true);
        return () -> control.stall(direction, false);
    }

    /**
     * Lets so many bytes more go this way on each connection, and then cuts it. Towards the server that is the connection of a
     * backend, towards a client that of the client; either way the client sees its connection end.
     */
    public Fault cutAfter(Direction direction, long bytes) {
        control.cutAfter(direction, bytes);
        return () -> control.cutAfter(direction, Long.MAX_VALUE);
    }

    /** Cuts the next client that commits before its COMMIT gets to the server, which rolls back. Strikes once. */
    public Fault cutBeforeCommit() {
        return cutBefore(COMMIT);
    }

    /** Cuts the next client that commits after the server has committed, before the client hears of it. Strikes once. */
    public Fault cutAfterCommit() {
        return cutAfter(COMMIT);
    }

    /** Cuts the next client that executes a statement in which the regular expression is found, before it is. Strikes once. */
    public Fault cutBefore(String statement) {
        return trap(statement, Act.CUT_BEFORE, null);
    }

    /** Cuts such a client after the server is done with the statement, and before the answer. Strikes once. */
    public Fault cutAfter(String statement) {
        return trap(statement, Act.CUT_AFTER, null);
    }

    /**
     * Answers the next statement that is executed with this error instead of executing it; the server takes the transaction,
     * if there is one, for failed. Strikes once.
     */
    public Fault answer(PoolerError error) {
        return answer(error, ANYTHING);
    }

    /** The same for the next statement in which the regular expression is found. */
    public Fault answer(PoolerError error, String statement) {
        return trap(statement, Act.ANSWER, error.toResponse());
    }

    private Fault trap(String statement, Act act, @Nullable ErrorResponse answer) {
        Object trap = control.set(statement, act, answer);
        return () -> control.unset(trap);
    }

    /** Tells this to every client that wants to log in. */
    public Fault refuseClients(PoolerError error) {
        control.refuse(error.toResponse());
        return () -> control.refuse(null);
    }

    /** Closes the connection of every client that wants to log in, without a word. */
    public Fault refuseClients() {
        control.hangUp(true);
        return () -> control.hangUp(false);
    }

    /** Lets no transaction have a backend, as if others had them all; those under way go on. */
    public Fault exhaustPool() {
        control.exhaust(true);
        return () -> control.exhaust(false);
    }

    /** Ends this server process, as an administrator would, and waits until it is gone. */
    public void killBackend(int pid) {
        try (Connection connection = postgres.connect();
                PreparedStatement kill = connection.prepareStatement("select pg_terminate_backend(?, ?)")) {
            kill.setInt(1, pid);
            kill.setLong(2, KILL_LIMIT.toMillis());
            kill.executeQuery().close();
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "backend " + pid + " could not be ended: " + e.getMessage()
                            + "; only its own user, or a superuser, may",
                    e);
        }
    }

    /** Ends all the pooler's server processes. */
    public void killBackends() {
        control.backendPids().forEach(this::killBackend);
    }

    /** Closes the pooler's end of a backend's connection, as a broken network would: no word from the server. */
    public void dropBackend(int pid) {
        control.drop(pid);
    }

    /** Ends all clients with 57P01, as a pooler that is shut down in an orderly way; new ones are let in. */
    public void drain() {
        control.drain();
    }

    /** Ends all clients and backends without a word, as a pooler that crashes and comes back. */
    public void restart() {
        control.restart();
    }

    /** Takes every fault away that lasts or waits. */
    public void clear() {
        control.clear();
    }

    /** Which way the bytes go. */
    public enum Direction {
        TO_SERVER,
        TO_CLIENT
    }

    /** A fault in force; closing it takes it away. */
    @FunctionalInterface
    public interface Fault extends AutoCloseable {
        @Override
        void close();
    }
}
