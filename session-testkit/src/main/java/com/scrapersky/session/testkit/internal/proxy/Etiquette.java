package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.internal.protocol.ErrorResponse;
import com.scrapersky.session.testkit.internal.protocol.Messages;
import com.scrapersky.session.testkit.internal.protocol.StartupPacket;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one pooler does otherwise than another: whom it lets in, what it says of itself, and its words for what went wrong. */
interface Etiquette {

    static Etiquette of(ProxyOptions options) {
        Manners manners = options.manners();
        return switch (manners.pooler()) {
            case PGBOUNCER -> new PgBouncerEtiquette(options);
            case SUPAVISOR -> new SupavisorEtiquette(options);
        };
    }

    /** Lets a client in, or throws what it is told instead. */
    Admission admit(StartupPacket startup, String address) throws Refusal;

    /** What a client hears whose password is wrong. */
    Refusal wrongPassword(Admission admission, String address);

    /** A client has shown its password. */
    default void admitted(Admission admission) {}

    /** Whether a client that logs in is turned away when the server cannot be reached. */
    boolean needsBackendToGreet();

    /** The ParameterStatus messages of the login. */
    Map<String, String> greeting(Admission admission, Map<String, String> reported);

    /** What one client says about statements, in the way the backends are to hear it. */
    Statements statements(ClientConnection client);

    /** Whether a Sync that wakes an idle client is answered by the pooler, which then forgets what came with it. */
    default boolean losesWhatFollowsIdleSync() {
        return false;
    }

    /** Answers such a Sync. */
    default void answerIdleSync(ClientConnection client) {
        client.asked();
        client.answered();
        client.deliver(Messages.readyForQuery('I'));
    }

    /** ParameterStatus messages that come again and again while a client does nothing. */
    default Map<String, String> heartbeat() {
        return Map.of();
    }

    /** Whether a client hears of NOTIFY. */
    default boolean deliversNotifications() {
        return true;
    }

    /** Whether the pooler answers a health check by HTTP on its PostgreSQL port. */
    default boolean answersHttp() {
        return false;
    }

    /** For how long the pooler does not try again when the server could not be reached. */
    Duration coolDown();

    /** How many transactions may run at once in a pool of this size. */
    int concurrency(int poolSize);

    /** What a client hears that came without TLS where it has to be. */
    ErrorResponse tlsRequired(String user);

    ErrorResponse tooManyClients(int limit);

    /** What one more client hears where each keeps a backend to itself; null while it may come in, or has to wait. */
    default @Nullable ErrorResponse sessionsFull(int clients, int poolSize) {
        return null;
    }

    ErrorResponse checkoutTimeout(Duration waited);

    /** The server could not be reached, or did not let the pooler in: {@code answer} is what it said. */
    ErrorResponse unreachable(@Nullable ErrorResponse answer, String reason, boolean duringLogin);

    /** The backend of a client is gone in the middle of its work; null when the client only sees the connection end. */
    @Nullable
    ErrorResponse backendLost(boolean serverSaidWhy);

    /** The settings that could not be carried over to a backend. */
    ErrorResponse invalidParameter();

    /** A client that got in: as whom, and where it belongs. */
    record Admission(String user, PoolKey pool, TrackedParameters parameters, boolean asksPassword) {}

    /** A client that does not get in. */
    final class Refusal extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient ErrorResponse error;
        private final Duration after;

        Refusal(ErrorResponse error) {
            this(error, Duration.ZERO);
        }

        /** A refusal which is told only after a while, to slow down those who guess. */
        Refusal(ErrorResponse error, Duration after) {
            super(error.text(), null, false, false);
            this.error = error;
            this.after = after;
        }

        ErrorResponse error() {
            return error;
        }

        Duration after() {
            return after;
        }
    }
}
