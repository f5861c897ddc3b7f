package com.scrapersky.session.internal.guard;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.Socket;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.PGStream;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.QueryExecutorBase;
import org.postgresql.core.VisibleBufferedInputStream;
import org.postgresql.jdbc.ResourceLock;

/**
 * Whether a connection to a pooler stands, found out without asking for a backend. A connection is dead only by evidence: its
 * peer has closed it, or has said that it will, or the network has. That all backends are busy is none.
 *
 * <p>An empty query, the driver's way, waits for a free backend, calls the connection dead where there is none in time, and
 * its answer cannot be waited for later. {@code getNotifications} does not see that the peer has closed the connection, and fails at a
 * ParameterStatus, which Supavisor sends to idle clients once a minute (pgjdbc 42.7.14, {@code PGStream.hasMessagePending},
 * {@code QueryExecutorImpl.processNotifies}). So this looks at what has arrived, and takes nothing out of the driver's buffer.
 * Where the driver's fields cannot be reached, or the stream is encrypted by GSS, the driver is asked.
 */
final class ConnectionCheck {

    /** As short as a socket allows: a wait of 0 would have no end. */
    private static final int LOOK_MILLIS = 1;

    /** More than this arrives only in the middle of something, where nothing has to be found out. */
    private static final int MOST = 8192;

    /** Seconds: a peer that is gone without a word is noticed after 30 + 3 * 10 of them, at no cost for the pooler. */
    private static final Map<String, Integer> KEEPALIVE =
            Map.of("TCP_KEEPIDLE", 30, "TCP_KEEPINTERVAL", 10, "TCP_KEEPCOUNT", 3);

    private static final @Nullable VarHandle STREAM = handle(QueryExecutorBase.class, "pgStream", PGStream.class);
    private static final @Nullable VarHandle LOCK = handle(QueryExecutorBase.class, "lock", ResourceLock.class);
    private static final @Nullable VarHandle INPUT =
            handle(PGStream.class, "pgInput", VisibleBufferedInputStream.class);

    private ConnectionCheck() {}

    private static @Nullable VarHandle handle(Class<?> owner, String field, Class<?> type) {
        try {
            return MethodHandles.privateLookupIn(owner, MethodHandles.lookup()).findVarHandle(owner, field, type);
        } catch (ReflectiveOperationException | RuntimeException otherDriver) {
            return null;
        }
    }

    /**
     * Looks for evidence. No round trip; takes a millisecond where there is none.
     *
     * @param timeoutSeconds of the driver's question, where it has to be asked
     */
    static boolean stands(PGConnection connection, int timeoutSeconds) throws SQLException {
        QueryExecutor executor = executor(connection);
        PGStream stream = stream(executor);
        if (executor == null || stream == null || LOCK == null || INPUT == null || stream.isGssEncrypted()) {
            return !(connection instanceof Connection asked) || asked.isValid(timeoutSeconds);
        }
        ResourceLock lock = (ResourceLock) LOCK.get(executor);
        if (!lock.tryLock()) {
            // Somebody waits for an answer, and will be told.
            return true;
        }
        try {
            return stands(stream, (VisibleBufferedInputStream) INPUT.get(stream));
        } catch (IOException broken) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    private static @Nullable QueryExecutor executor(PGConnection connection) {
        return connection instanceof BaseConnection base
                        && base.getQueryExecutor() instanceof QueryExecutorBase executor
                ? executor
                : null;
    }

    private static @Nullable PGStream stream(@Nullable QueryExecutor executor) {
        return executor == null || STREAM == null ? null : (PGStream) STREAM.get(executor);
    }

    private static boolean stands(PGStream stream, VisibleBufferedInputStream input) throws IOException {
        int before = stream.getNetworkTimeout();
        stream.setNetworkTimeout(LOOK_MILLIS);
        int arrived = input.available();
        try {
            // Once more than there is, until nothing comes: what is there may have been there since the last look.
            while (arrived < MOST) {
                if (!input.ensureBytes(arrived + 1)) {
                    return false;
                }
                arrived = input.available();
            }
        } catch (SocketTimeoutException nothingMore) {
            // Neither an end nor anything new.
        } finally {
            stream.setNetworkTimeout(before);
        }
        return !isFarewell(input, arrived);
    }

    /** Whether there is a FATAL error among the messages that have arrived: length and type are those of the protocol. */
    private static boolean isFarewell(VisibleBufferedInputStream input, int arrived) {
        byte[] buffer = input.getBuffer();
        int end = input.getIndex() + arrived;
        int at = input.getIndex();
        while (at + 5 <= end) {
            int length = (buffer[at + 1] & 0xff) << 24
                    | (buffer[at + 2] & 0xff) << 16
                    | (buffer[at + 3] & 0xff) << 8
                    | (buffer[at + 4] & 0xff);
            int next = at + 1 + length;
            if (length < 4 || next > end) {
                return false;
            }
            if (buffer[at] == 'E' && isFatal(new String(buffer, at + 5, length - 4, StandardCharsets.US_ASCII))) {
                return true;
            }
            at = next;
        }
        return false;
    }

    /** By the severity, which is the first field, and by the one that is never translated. */
    private static boolean isFatal(String fields) {
        return fields.startsWith("SFATAL")
                || fields.startsWith("SPANIC")
                || fields.contains("\0VFATAL\0")
                || fields.contains("\0VPANIC\0");
    }

    /**
     * Lets the operating system ask the peer of an idle connection, which no pooler and no backend notices: where its machine is
     * gone, or does not know the connection any more, the next look finds out. Only where the program wants keepalives.
     */
    static void keepAlive(PGConnection connection) throws SQLException {
        PGStream stream = stream(executor(connection));
        if (stream == null) {
            return;
        }
        try {
            Socket socket = stream.getSocket();
            if (!socket.getKeepAlive()) {
                return;
            }
            for (SocketOption<?> option : socket.supportedOptions()) {
                Integer seconds = KEEPALIVE.get(option.name());
                if (seconds != null) {
                    set(socket, option, seconds);
                }
            }
        } catch (IOException broken) {
            throw new SQLException("the connection ended when it had just been made", "08006", broken);
        }
    }

    @SuppressWarnings("unchecked")
    private static void set(Socket socket, SocketOption<?> option, Integer value) throws IOException {
        socket.setOption((SocketOption<Integer>) option, value);
    }
}
