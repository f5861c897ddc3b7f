package com.scrapersky.session.testkit;

import com.scrapersky.session.testkit.internal.proxy.Overheard;
import com.scrapersky.session.testkit.internal.proxy.Proxy;
import com.scrapersky.session.testkit.internal.proxy.ProxyOptions;
import com.scrapersky.session.testkit.internal.proxy.Upstream;
import com.scrapersky.session.testkit.internal.tls.SelfSigned;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A transaction-mode pooler that hands every transaction to another backend than the last one: what goes wrong behind a real
 * pooler once in a while goes wrong here at once, every time.
 *
 * <p>It runs inside the JVM in a thread of its own, in front of a real PostgreSQL. Thread-safe. What of a program needs a session
 * finds one by {@link Manners#poolMode}.
 *
 * <pre>{@code
 * try (TransactionPooler pooler = TransactionPooler.pgBouncer118(url).poolSize(3).start();
 *         Connection connection = pooler.connect()) {
 *     …
 * }
 * }</pre>
 */
public final class TransactionPooler implements PoolerLab {

    private final ProxyOptions options;
    private final Proxy proxy;
    private final String certificate;
    private volatile HandOver handOver;

    private TransactionPooler(ProxyOptions options, Proxy proxy, String certificate) {
        this.options = options;
        this.certificate = certificate;
        this.proxy = proxy;
        this.handOver = options.handOver();
        RoundTrips.watch(proxy);
    }

    /**
     * A pooler in front of the given server, with the manners of PgBouncer 1.18 unless told otherwise.
     *
     * <p>A server that does not offer the TLS which the URL asks for is told to the client that needs it: 08001, with the
     * reason and the way out.
     *
     * @param upstreamUrl {@code postgresql://user:password@host:port/database}, or the same as a {@code jdbc:} URL; with
     *     {@code sslmode} ({@code disable}, {@code prefer}, {@code require}, {@code verify-ca}, {@code verify-full}) and
     *     {@code sslrootcert} (a PEM file, or {@code system} for the authorities of this Java) as libpq means them
     * @throws IllegalArgumentException if the URL, or the file that it names, cannot be read
     */
    public static Builder builder(String upstreamUrl) {
        return new Builder(Upstream.parse(upstreamUrl));
    }

    static Builder builder(String upstreamUrl, @Nullable String password) {
        Upstream upstream = Upstream.parse(upstreamUrl);
        if (password == null || !upstream.password().isEmpty()) {
            return new Builder(upstream);
        }
        return new Builder(upstream.withPassword(password));
    }

    /** A pooler in front of the given server. */
    public static Builder builder(PostgresEndpoint upstream) {
        return new Builder(Upstream.of(upstream));
    }

    /** See {@link Manners#pgBouncer118()}. */
    public static Builder pgBouncer118(String upstreamUrl) {
        return builder(upstreamUrl).preset(Manners.pgBouncer118());
    }

    /** See {@link Manners#pgBouncer126()}. */
    public static Builder pgBouncer126(String upstreamUrl) {
        return builder(upstreamUrl).preset(Manners.pgBouncer126());
    }

    /** See {@link Manners#supavisor()}. {@link #url()} names the tenant as Supavisor wants it, in the user's name. */
    public static Builder supavisor(String upstreamUrl) {
        return builder(upstreamUrl).preset(Manners.supavisor());
    }

    /** What it imitates: {@code TransactionPooler (pgbouncer-1.18)}. */
    @Override
    public String name() {
        return "TransactionPooler (" + options.manners() + ")";
    }

    @Override
    public PoolMode poolMode() {
        return options.manners().poolMode();
    }

    /** In session mode what discards a client's state when it has left; in transaction mode none of the imitated poolers does. */
    @Override
    public List<String> resetStatements() {
        return poolMode() == PoolMode.SESSION ? List.of(Proxy.RESET) : List.of();
    }

    @Override
    public String host() {
        return "127.0.0.1";
    }

    @Override
    public int port() {
        return proxy.port();
    }

    @Override
    public String user() {
        String user = options.upstream().user();
        Manners manners = options.manners();
        return manners.pooler() == Manners.Pooler.SUPAVISOR ? user + "." + manners.tenant() : user;
    }

    @Override
    public String password() {
        return options.upstream().password();
    }

    @Override
    public String database() {
        return options.upstream().database();
    }

    @Override
    public boolean carriesNamedStatements() {
        return poolMode() == PoolMode.TRANSACTION && options.manners().maximumPreparedStatements() > 0;
    }

    @Override
    public PostgresEndpoint postgres() {
        return options.upstream();
    }

    /** The certificate for clients that check it (pgjdbc: {@code sslrootcert}), as PEM; empty without {@link Builder#tls()}. */
    public String certificate() {
        return certificate;
    }

    /** What can be made to go wrong. */
    public PoolerFaults faults() {
        return new PoolerFaults(proxy.faults(), options.upstream());
    }

    /** Changes which backend comes next, for all clients, from now on. */
    public void handOver(HandOver order) {
        proxy.handOver(order);
        handOver = order;
    }

    HandOver handOver() {
        return handOver;
    }

    Overheard listen() {
        return proxy.listen();
    }

    void ignore(Overheard listener) {
        proxy.ignore(listener);
    }

    /** What went through so far. */
    public PoolerCounters counters() {
        return PoolerCounters.of(proxy.traffic());
    }

    /** The process ids of the backends that are open now. */
    public List<Integer> backendPids() {
        return proxy.backendPids();
    }

    @Override
    public int poolSize() {
        return proxy.concurrency();
    }

    /**
     * Starts a pooler by hand in front of any database, until it is stopped with Ctrl-C. {@code --help} says what it takes.
     */
    public static void main(String[] arguments) throws InterruptedException {
        PoolerCommand.run(arguments);
    }

    /** Ends every connection. */
    @Override
    public void close() {
        RunningPoolers.closing(this);
        RoundTrips.forget(proxy);
        proxy.close();
    }

    @Override
    public String toString() {
        return name() + " on port " + port();
    }

    /** Collects what a pooler is to be. Not thread-safe. */
    public static final class Builder {

        private final Upstream upstream;
        private final Map<String, String> users = new LinkedHashMap<>();
        private Manners manners = Manners.pgBouncer118();
        private HandOver handOver = HandOver.ALWAYS_OTHER;
        private int port;
        private int poolSize = 4;
        private int maximumClients = 1000;
        private Duration checkoutTimeout = Duration.ofSeconds(60);
        private boolean trustClients;
        private @Nullable SelfSigned certificate;
        private boolean requireTls;

        private Builder(Upstream upstream) {
            this.upstream = upstream;
            users.put(upstream.user(), upstream.password());
        }

        public Builder preset(Manners preset) {
            manners = preset;
            return this;
        }

        /** Where to listen on the loopback interface; default: any free port. */
        public Builder port(int number) {
            port = number;
            return this;
        }

        /** How many transactions can run at once for one user and database; default 4. */
        public Builder poolSize(int backends) {
            if (backends < 1) {
                throw new IllegalArgumentException("a pool needs at least one backend, not " + backends);
            }
            poolSize = backends;
            return this;
        }

        /** Which backend comes next; default {@link HandOver#ALWAYS_OTHER}. */
        public Builder handOver(HandOver order) {
            handOver = order;
            return this;
        }

        /** From how many client connections on a further one is refused; default 1000. */
        public Builder maximumClients(int clients) {
            maximumClients = clients;
            return this;
        }

        /** How long a client waits for a backend; default 60 s, as Supavisor (PgBouncer: 120 s). */
        public Builder checkoutTimeout(Duration timeout) {
            checkoutTimeout = timeout;
            return this;
        }

        /** Lets clients in without a password; default: SCRAM-SHA-256. */
        public Builder trustClients() {
            trustClients = true;
            return this;
        }

        /** Offers TLS, with a certificate made for the purpose: {@link TransactionPooler#certificate()}. */
        public Builder tls() {
            certificate = SelfSigned.create();
            return this;
        }

        /** Lets nobody in without TLS. */
        public Builder requireTls() {
            requireTls = true;
            return tls();
        }

        /** A further user who may log in, with the same password here and at the server. */
        public Builder user(String name, String password) {
            users.put(name, password);
            return this;
        }

        /** Starts to listen. The server is contacted when the first client comes. */
        public TransactionPooler start() {
            ProxyOptions options = new ProxyOptions(
                    upstream,
                    manners,
                    port,
                    poolSize,
                    handOver,
                    maximumClients,
                    checkoutTimeout,
                    trustClients,
                    users,
                    certificate == null ? null : certificate.context(),
                    requireTls);
            try {
                return RunningPoolers.started(new TransactionPooler(
                        options, Proxy.start(options), certificate == null ? "" : certificate.pem()));
            } catch (IOException e) {
                throw new UncheckedIOException("the pooler cannot listen on port " + port + "; choose another one", e);
            }
        }
    }
}
