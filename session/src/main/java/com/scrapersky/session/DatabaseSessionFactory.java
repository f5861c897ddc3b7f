package com.scrapersky.session;

import com.scrapersky.session.PoolerProfile.StatementMode;
import com.scrapersky.session.StatementTarget.Need;
import com.scrapersky.session.internal.sql.NamedSql;
import com.scrapersky.session.internal.sql.SqlTextException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place that knows how to talk to the database: a connection pool, and sessions that carry by themselves whatever
 * the pooler in front of PostgreSQL needs. No caller passes a pooler parameter.
 *
 * <pre>{@code
 * try (DatabaseSessionFactory sessions = DatabaseSessionFactory.open(System.getenv("DATABASE_URL"))) {
 *     List<Row> names = sessions.sql("select id, name from profiles where active").rows();
 *     sessions.write(session -> session.sql("update profiles set name = :name where id = :id")
 *             .param("name", name)
 *             .param("id", id)
 *             .update());
 * }
 * }</pre>
 *
 * <p><b>What is applied automatically</b> is found out when the factory is built (see {@link PoolerProfile}), logged once,
 * and answered by {@link #profile()}, each parameter with its reason. What the URL or the builder sets explicitly wins.
 *
 * <p><b>Thread safety.</b> Thread-safe; one for each database and program. Sessions belong to one thread each.
 *
 * <p><b>Round trips.</b> A connect takes three where passwords are SCRAM and TLS is off; HikariCP looks at the first
 * connection of its pool with two more, and at one that rested for 500 ms with one. Building also looks from two connections of its own, with one or two round trips
 * each after their logins; not where {@link Builder#pooler(PoolerProfile)} says what is there. Behind a pooler in transaction
 * mode it reads, with one more (three where they may set something), what the database's functions and triggers may do to a
 * session. A statement outside a session takes one round trip, a transaction of n statements n + 1.
 *
 * <p><b>Errors.</b> {@link ConnectionException} when no connection can be had, within {@link Builder#connectionTimeout};
 * everything else is told at the method that throws it.
 */
public final class DatabaseSessionFactory implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseSessionFactory.class);

    /** Texts are literals of the program, so this is reached only by SQL that is put together at run time. */
    private static final int SCANNED_TEXTS_KEPT = 2000;

    /** Each holds a backend for as long as its borrower likes. */
    private static final int DEFAULT_SESSION_CONNECTIONS = 3;

    private final ConnectionSource connections;
    private final Map<String, NamedSql> scanned = new ConcurrentHashMap<>();
    /** Not static: work on one database may well do work on another one. */
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<@Nullable DatabaseSession> working = new ThreadLocal<>();

    DatabaseSessionFactory(ConnectionSource connections) {
        this.connections = connections;
        LOG.info("Sky Session: {}", connections.profile());
        connections.profile().warnings().forEach(warning -> LOG.warn("Sky Session: {}", warning));
    }

    /**
     * Opens the database with nothing but its URL, in any form that {@link DatabaseUrl} reads.
     *
     * @throws InvalidDatabaseUrlException if the URL cannot be understood
     * @throws ConnectionException if the database cannot be reached
     */
    public static DatabaseSessionFactory open(String url) {
        return builder(url).build();
    }

    /** Begins a factory for a URL in any form that {@link DatabaseUrl} reads. */
    public static Builder builder(String url) {
        return builder(DatabaseUrl.parse(url));
    }

    /** Begins a factory for a URL. */
    public static Builder builder(DatabaseUrl url) {
        return new Builder(url);
    }

    /**
     * Puts a factory over a pool that exists already. Its connections get {@code prepareThreshold=0} when they are borrowed
     * and a pooler is in front (a field of the driver, no round trip); what cannot be changed on an open connection is
     * reported in {@link #profile()}. Closing the factory leaves the pool open.
     *
     * @throws ConnectionException if the pool gives no connection, or one that is not pgjdbc's
     */
    public static DatabaseSessionFactory wrap(DataSource dataSource) {
        return new DatabaseSessionFactory(ConnectionSource.over(dataSource));
    }

    /**
     * Does {@code work} in a read-only transaction and returns what it returns. PostgreSQL refuses to change anything in it
     * (25006). {@code BEGIN READ ONLY} travels with the first statement.
     *
     * @throws SessionUsageException if called within the work of another {@code read} or {@code write} of this factory on
     *     this thread: a second transaction on a second connection is rarely meant, does not see the first one's changes,
     *     and deadlocks a small pool
     */
    public <T extends @Nullable Object, X extends Exception> T read(SessionWork<T, X> work) throws X {
        return inTransaction(work, true);
    }

    /**
     * Does {@code work} in a transaction and returns what it returns: committed when the work returns, rolled back when it
     * throws anything at all.
     *
     * @throws TransactionRolledBackException if a statement of the work failed and the work caught its error, or the server
     *     would not commit
     * @throws TransactionOutcomeUnknownException if the connection was lost while COMMIT was under way
     * @throws SessionUsageException if called within the work of another {@code read} or {@code write}, as for {@link #read}
     */
    public <T extends @Nullable Object, X extends Exception> T write(SessionWork<T, X> work) throws X {
        return inTransaction(work, false);
    }

    /** A session whose owner ends it: {@link DatabaseSession#commit()}, or rolled back by {@link DatabaseSession#close()}. */
    public DatabaseSession openSession() {
        return open(false, false);
    }

    /** One statement in a transaction of its own, in one round trip. */
    public SqlStatement sql(String text) {
        return new SqlStatement(need -> new BorrowedLease(connections.borrow(), need != Need.STATEMENT), scan(text));
    }

    /**
     * The pool, for everything that takes a DataSource. Behind a pooler in transaction mode its connections are pool-safe:
     * what a program sets for its session ({@link SessionFeature} tells each class) is remembered, applied to each of its
     * transactions in the round trip of the first statement, and gone when the connection is closed; nothing of it stays at
     * a backend. What needs a backend of its own moves to one where {@link Builder#sessionUrl} is known, and is refused by
     * {@link SessionFeatureRefusedException} where it is not. Closing the pool is left to this factory.
     */
    public DataSource dataSource() {
        return connections.dataSource();
    }

    /** What stands in front of the database, how that is known, and which parameters were applied for which reason. */
    public PoolerProfile profile() {
        return connections.profile();
    }

    /**
     * How many connections have moved to a session of their own since the factory was built, by the feature that needed it
     * ({@link Builder#sessionUrl}). Empty where none has, or can.
     */
    public Map<SessionFeature, Long> sessionMoves() {
        return connections.moves();
    }

    /** Closes the pool, unless it was wrapped. Sessions that are open are cut off. */
    @Override
    public void close() {
        connections.close();
    }

    private <T extends @Nullable Object, X extends Exception> T inTransaction(SessionWork<T, X> work, boolean readOnly)
            throws X {
        if (working.get() != null) {
            throw Errors.usage(
                    (readOnly ? "read" : "write") + "(…) within the work of another read(…) or write(…)",
                    "use the session that the work was given; for a transaction of its own use openSession()");
        }
        DatabaseSession session = open(readOnly, true);
        T result;
        working.set(session);
        try {
            result = work.run(session);
        } catch (Throwable failure) {
            session.abandon(failure);
            throw failure;
        } finally {
            working.remove();
        }
        session.finish();
        return result;
    }

    private DatabaseSession open(boolean readOnly, boolean endedByFactory) {
        var connection = connections.borrow();
        try {
            return new DatabaseSession(connection, this::scan, readOnly, endedByFactory);
        } catch (SQLException error) {
            ConnectionSource.giveBack(connection);
            throw Errors.noConnection("", error);
        }
    }

    private NamedSql scan(String text) {
        NamedSql known = scanned.get(text);
        if (known != null) {
            return known;
        }
        try {
            NamedSql sql = NamedSql.of(text);
            if (!sql.transactionControl().isEmpty()) {
                throw Errors.usage(
                        sql.transactionControl().toUpperCase(Locale.ROOT) + " as the text of a statement",
                        "use write(…), openSession() or savepoint(…): a transaction begun or ended behind their back is"
                                + " neither committed nor rolled back as they promise");
            }
            if (scanned.size() >= SCANNED_TEXTS_KEPT) {
                scanned.clear();
            }
            scanned.put(text, sql);
            return sql;
        } catch (SqlTextException unreadable) {
            throw Errors.invalidStatement(
                    "the SQL text cannot be sent: " + unreadable.getMessage(), "mend the text of the statement");
        }
    }

    /**
     * What a factory is made of. Not thread-safe.
     *
     * <p>A value given here wins over the same one in the URL.
     */
    public static final class Builder {

        private DatabaseUrl url;
        private @Nullable PoolerProfile pooler;
        private StatementMode statementMode = StatementMode.AUTO;
        private @Nullable Integer maximumPoolSize;
        private @Nullable Duration connectionTimeout;
        private final Map<String, String> driverProperties = new LinkedHashMap<>();
        private final Map<SessionFeature, SessionFeature.Treatment> policy = new EnumMap<>(SessionFeature.class);
        private @Nullable DatabaseUrl sessionUrl;
        private int maximumSessionConnections = DEFAULT_SESSION_CONNECTIONS;

        private Builder(DatabaseUrl url) {
            this.url = url;
        }

        /** The user to log in as. */
        public Builder user(String user) {
            url = url.withUser(user);
            return this;
        }

        /** The user's password. */
        public Builder password(String password) {
            url = url.withPassword(password);
            return this;
        }

        /**
         * The most connections that are open at once; 10 unless told, at least 1. Keep it small: real concurrency is the
         * pooler's own pool size, and each of these connections counts against its client limit.
         */
        public Builder maximumPoolSize(int connections) {
            if (connections < 1) {
                throw Errors.usage("a pool of " + connections + " connections", "give at least 1");
            }
            maximumPoolSize = connections;
            return this;
        }

        /**
         * How long a caller waits for a connection; 10 seconds unless told, at least 250 ms (HikariCP's bound). Poolers
         * wait for a backend up to 60 s or more; a caller should not.
         */
        public Builder connectionTimeout(Duration timeout) {
            if (timeout.compareTo(Duration.ofMillis(250)) < 0) {
                throw Errors.usage("a connection timeout of " + timeout.toMillis() + " ms", "give at least 250 ms");
            }
            connectionTimeout = timeout;
            return this;
        }

        /** The name under which the program appears in {@code pg_stat_activity}; "sky-session" unless told. */
        public Builder applicationName(String name) {
            return driverProperty("ApplicationName", name);
        }

        /**
         * A connection property of pgjdbc, by its own name ({@code org.postgresql.PGProperty}). It wins over the automatic
         * one and is reported as an override; the profile warns where that is unsafe behind the pooler.
         */
        public Builder driverProperty(String name, String value) {
            driverProperties.put(Objects.requireNonNull(name), Objects.requireNonNull(value));
            return this;
        }

        /** What is in front of the database, where you know it: your word wins over detection and saves its round trips. */
        public Builder pooler(PoolerProfile profile) {
            pooler = profile;
            return this;
        }

        /**
         * Whether the driver may name its statements; {@link StatementMode#AUTO} unless told. Behind a pooler in transaction
         * mode that is found out by a probe when the factory is built (a few round trips; nothing is left on any backend but
         * what a pooler that carries statements keeps for itself), and asked once more of each connection, when it is given
         * back for the first time (two round trips). It is not asked where {@link #pooler} says what is there, and behind
         * Supavisor, which carries names with a flag that is off by default, and RDS Proxy: say {@link StatementMode#NAMED}
         * where you know better.
         *
         * <p>Where named statements fail for their names (26000, 42P05) they stay unnamed from then on; where a statement's
         * plan is stale after DDL (0A000, "cached plan must not change result type") that text does. Both are repeated
         * without an error where nothing was done before in their transaction.
         */
        public Builder statementMode(StatementMode mode) {
            statementMode = Objects.requireNonNull(mode);
            return this;
        }

        /**
         * Where connections go that need a backend of their own: the pooler's session-mode port, or the server itself, in
         * any form that {@link DatabaseUrl} reads. What it leaves out, user, password and database, is taken from the
         * factory's URL. A connection of {@link DatabaseSessionFactory#dataSource()} that uses one of the features which
         * {@link SessionFeature.Treatment#MOVE move} continues there from the next transaction boundary on, until it is
         * closed; then its session is discarded (one round trip).
         *
         * <p>Behind Supavisor at {@code *.pooler.supabase.com:6543} it is known without this: port 5432 beside it.
         */
        public Builder sessionUrl(String url) {
            sessionUrl = DatabaseUrl.parse(url);
            return this;
        }

        /** The most connections to the session URL at once; 3 unless told, at least 1. Each holds a backend. */
        public Builder maximumSessionConnections(int connections) {
            if (connections < 1) {
                throw Errors.usage(connections + " session connections", "give at least 1");
            }
            maximumSessionConnections = connections;
            return this;
        }

        /**
         * What is done about a feature that needs a session of one's own, where {@link SessionFeature#treatment()} does not
         * suit.
         */
        public Builder policy(SessionFeature feature, SessionFeature.Treatment treatment) {
            policy.put(feature, treatment);
            return this;
        }

        /**
         * Finds out what is in front of the database, and opens the pool.
         *
         * @throws ConnectionException if the database cannot be reached, or refuses the login
         */
        public DatabaseSessionFactory build() {
            return new DatabaseSessionFactory(
                    new PoolAssembly(url, driverProperties, pooler, statementMode, maximumPoolSize, connectionTimeout)
                            .open(policy, sessions()));
        }

        private @Nullable SessionPool sessions() {
            DatabaseUrl target = SessionUrls.choose(url, sessionUrl);
            if (target == null) {
                return null;
            }
            PoolAssembly assembly = new PoolAssembly(
                    target, driverProperties, null, StatementMode.AUTO, maximumSessionConnections, connectionTimeout);
            return new SessionPool(assembly::openSessions);
        }
    }
}
