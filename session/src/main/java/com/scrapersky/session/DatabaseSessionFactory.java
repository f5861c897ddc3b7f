package com.scrapersky.session;

import com.scrapersky.session.PoolerProfile.StatementMode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
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
// Over 400 lines, most of which are the Javadoc of its builder.
public final class DatabaseSessionFactory implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseSessionFactory.class);

    private final ConnectionSource connections;
    private final FactoryTarget target;
    private final ScannedTexts texts;
    private final TransactionalWork transactions;

    /** Whether it is a view of another factory, which owns the pool. */
    private final boolean view;

    DatabaseSessionFactory(ConnectionSource connections, FactoryTarget target) {
        this.connections = connections;
        this.target = target;
        this.texts = new ScannedTexts();
        this.transactions = new TransactionalWork(texts);
        this.view = false;
        LOG.info("Sky Session: {}", connections.profile());
        connections.profile().warnings().forEach(warning -> LOG.warn("Sky Session: {}", warning));
    }

    private DatabaseSessionFactory(DatabaseSessionFactory of, FactoryTarget target) {
        this.connections = of.connections;
        this.target = target;
        this.texts = of.texts;
        this.transactions = of.transactions;
        this.view = true;
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
     * <p>A HikariDataSource that has not opened anything yet is told {@code prepareThreshold=0} and {@code
     * assumeMinServerVersion=12} where a transaction pooler is found, and no more to open connections with {@code
     * currentSchema} and {@code options}, which sessions begin with instead. Where the pooler is seen to carry named statements each of
     * its connections is asked, too, and names them then, as over {@link #open}: two or five round trips, over connections that
     * are closed again, and two for each connection of the pool. Any other pool stays unnamed, and should say the two by
     * itself: what it sends before the library gets a connection cannot be kept from a backend. HikariCP asks a connection that
     * has rested whether it lives, and for that needs a backend; a factory that opens its own pool does not. Over the DataSource of
     * a transaction manager (XA) the transaction is the manager's: it goes on when a connection is closed.
     *
     * @throws ConnectionException if the pool gives no connection, or one that is not pgjdbc's
     */
    public static DatabaseSessionFactory wrap(DataSource dataSource) {
        return wrapping(dataSource).build();
    }

    /** Begins a factory over a pool that exists already, with roles, a context or a session URL: see {@link #wrap}. */
    public static Wrapping wrapping(DataSource dataSource) {
        return new Wrapping(dataSource);
    }

    /**
     * Does {@code work} in a read-only transaction and returns what it returns. PostgreSQL refuses to change anything in it
     * (25006). {@code BEGIN READ ONLY} travels with the first statement. Where there are replicas ({@link Builder#readUrl}) it
     * may be one's, and finds what this program has written.
     *
     * @throws SessionUsageException if called within the work of another {@code read} or {@code write} of this factory on
     *     this thread: a second transaction on a second connection is rarely meant, does not see the first one's changes,
     *     and deadlocks a small pool
     */
    public <T extends @Nullable Object, X extends Exception> T read(SessionWork<T, X> work) throws X {
        return transactions.run(target, work, true);
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
        return transactions.run(target, work, false);
    }

    /**
     * This factory for sessions of one context: the same pool, and everything that comes from the view, {@link #sql},
     * {@link #read}, {@link #write}, {@link #openSession}, {@link #dataSource} and {@link RawSql} on it, acts in that context
     * from its first statement on. It takes the place of the factory's own context; {@link SessionContext#none()} is the
     * login's own. No round trip, and little more than an allocation: make one for each request. Closing the view does
     * nothing.
     *
     * <p>On a direct connection and in session mode the same holds, transaction by transaction, so that nothing of the
     * context stays on the connection. Such a session leaves its backend clean: where it used what needs one of its own (a
     * temporary table, LISTEN, a session advisory lock), it is discarded when the connection is given back, in one round trip.
     * Where no {@link Builder#roles} and no {@link Builder#context} were told, the first context reads what the database's
     * functions may do to a session, as building behind a pooler does.
     *
     * <p>Values are sent as parameters of prepared statements, and so of everything that {@link #sql} executes. A
     * plain {@link java.sql.Statement} has no parameters in JDBC: in front of one, of a batch of JDBC, a call, COPY and updatable rows
     * the values are literals, quoted by PostgreSQL's own rules, and so can be seen in {@code pg_stat_activity} by whoever may
     * see the statement.
     *
     * @throws SessionUsageException if the context's role is none of {@link Builder#roles}
     */
    public DatabaseSessionFactory withContext(SessionContext context) {
        return new DatabaseSessionFactory(this, target.in(context));
    }

    /** This factory with another {@link RetryPolicy}: the same pool, an allocation, no round trip. Closing it does nothing. */
    public DatabaseSessionFactory withRetry(RetryPolicy policy) {
        return new DatabaseSessionFactory(this, target.with(policy));
    }

    /**
     * This factory for work that may be run again: where {@link #read} or {@link #write} fails with an error that
     * {@linkplain DatabaseException#isRetryable() says so} (a serialization failure, a deadlock, a backend that went away
     * before COMMIT was sent), the server has rolled the transaction back, and the whole work is run again in another one, as
     * {@link RetryPolicy} says. Call it only for work that does nothing outside the database which may not be done twice.
     *
     * <p>A lost answer to COMMIT is a {@link TransactionOutcomeUnknownException} here, too, and never repeated, unless
     * {@link Builder#commitCheck} found out that the server has rolled back. An error that
     * the work threw as the cause of another one counts. Closing the view does nothing.
     */
    public DatabaseSessionFactory repeatable() {
        return new DatabaseSessionFactory(this, target.repeatable());
    }

    /** How often something was tried again since the factory was built, by the SQLSTATE of the reason. */
    public Map<String, Long> retries() {
        return connections.retries();
    }

    /** A session whose owner ends it: {@link DatabaseSession#commit()}, or rolled back by {@link DatabaseSession#close()}. */
    public DatabaseSession openSession() {
        return new DatabaseSession(target, texts, false, false);
    }

    /** One statement in a transaction of its own, in one round trip. */
    public SqlStatement sql(String text) {
        return new SqlStatement(target, texts.apply(text));
    }

    /**
     * Begins a pipeline that is a transaction of its own: its statements, BEGIN and COMMIT included, take one round trip.
     * No connection is borrowed before {@link Pipeline#execute()}.
     */
    public Pipeline pipeline() {
        return new Pipeline(target, texts);
    }

    /**
     * Lets {@code work} put statements into a pipeline, executes it as a transaction of its own, and returns what the work
     * returned: a {@link Result}, or something made of several. Where the work throws nothing is sent.
     *
     * <pre>{@code
     * Result<List<Row>> left = sessions.pipeline(pipeline -> {
     *     pipeline.sql("delete from jobs where done").update();
     *     return pipeline.sql("select * from jobs").rows();
     * });
     * }</pre>
     */
    public <T extends @Nullable Object> T pipeline(Function<Pipeline, T> work) {
        return pipeline().executeAfter(work);
    }

    /**
     * The pool, for everything that takes a DataSource. Behind a pooler in transaction mode its connections are pool-safe:
     * what a program sets for its session ({@link SessionFeature} tells each class) is remembered, applied to each of its
     * transactions in the round trip of the first statement, and gone when the connection is closed; nothing of it stays at
     * a backend. What needs a backend of its own moves to one where {@link Builder#sessionUrl} is known, and is refused by
     * {@link SessionFeatureRefusedException} where it is not. Closing the pool is left to this factory.
     */
    public DataSource dataSource() {
        return connections.dataSource(target.contexts());
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

    /** What this factory and its views have done since it was built. Asks nobody. */
    public SessionStatistics statistics() {
        return connections.statistics();
    }

    /** Closes the pool, unless it was wrapped, or this is a view. Sessions that are open are cut off. */
    @Override
    public void close() {
        if (!view) {
            connections.close();
        }
    }

    /**
     * What a factory is made of. Not thread-safe.
     *
     * <p>A value given here wins over the same one in the URL.
     */
    // It is nested because that is its public name, and makes the file long by the documentation of its options.
    public static final class Builder {

        private DatabaseUrl url;
        private @Nullable PoolerProfile pooler;
        private StatementMode statementMode = StatementMode.AUTO;
        private @Nullable Integer maximumPoolSize;
        private @Nullable Duration connectionTimeout;
        private int maximumWaiting = Integer.MAX_VALUE;
        private @Nullable Duration leakDetection;
        private final Map<String, String> driverProperties = new LinkedHashMap<>();
        private final SessionOptions options = new SessionOptions();
        private final ReplicaOptions replicas = new ReplicaOptions();

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
         * How long a caller waits for a connection; 10 seconds unless told, at least 250 ms (HikariCP's bound). Supavisor
         * waits 60 s for a backend, PgBouncer 120 s, and most callers have gone by then; ten seconds are
         * longer than any sound peak, and leave five of six of Supavisor's for the statement itself. A caller that comes while
         * a connection is free may be served before those who wait, but before nobody who has waited for a quarter of this time.
         */
        public Builder connectionTimeout(Duration timeout) {
            if (timeout.compareTo(Duration.ofMillis(250)) < 0) {
                throw Errors.usage("a connection timeout of " + timeout.toMillis() + " ms", "give at least 250 ms");
            }
            connectionTimeout = timeout;
            return this;
        }

        /**
         * How many callers may wait for a connection at once; any number unless told. One more is refused at once, with
         * a {@link ConnectionException} that is never repeated by itself and whose {@link DatabaseException#retryAfter()} says when to come back: to
         * be refused early is better than to wait for what cannot be had in time. A guide: what the pool can
         * serve within {@link #connectionTimeout}. Also of {@link DatabaseSessionFactory#dataSource()}, there as an
         * {@link java.sql.SQLTransientConnectionException}.
         */
        public Builder maximumWaiting(int callers) {
            if (callers < 1) {
                throw Errors.usage(callers + " waiting callers", "give at least 1");
            }
            maximumWaiting = callers;
            return this;
        }

        /**
         * Logs who has held a connection for longer than this: the thread, and the place in the program where it was borrowed. Off
         * unless told; HikariCP's detector, which costs a stack trace for each borrow, so it is for finding a leak rather
         * than for every day. At least 2 s (HikariCP's bound).
         */
        public Builder leakDetection(Duration held) {
            if (held.compareTo(Duration.ofSeconds(2)) < 0) {
                throw Errors.usage("a leak detection after " + held.toMillis() + " ms", "give at least 2 s");
            }
            leakDetection = held;
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
         * where you know better; then only the connections are asked. The answer is remembered for the address for ten minutes.
         * Behind Supavisor the driver keeps 90 statements at the most, and one with a fetch size has no name: more than 100 end
         * the connection, and it loses the cursors of named ones. {@code prepareThreshold}, {@code no_prepare} and the like in
         * the URL win over this.
         *
         * <p>Where named statements fail for their names (26000, 42P05) they stay unnamed from then on; where a statement's
         * plan is stale after DDL (0A000, "cached plan must not change result type") that text does. Both are repeated
         * without an error where nothing was done before in their transaction. So is a text that Odyssey takes for prepared
         * where it is not (26000, "odyssey_pstmt_1").
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
            options.sessionUrl(url);
            return this;
        }

        /**
         * Where {@link DatabaseSessionFactory#read} may go: a standby that follows by streaming replication, or a pooler's database
         * in front of one, in any form that {@link DatabaseUrl} reads; what it leaves out of the login is taken from the
         * factory's URL. To be called once for each of several, which take turns. {@code read} alone goes there, because it says
         * what it is; no text is looked at. {@code write}, {@link DatabaseSessionFactory#openSession()}, {@link
         * DatabaseSessionFactory#sql} and {@link DatabaseSessionFactory#dataSource()} stay with the primary.
         *
         * <p><b>It reads what it wrote.</b> The COMMIT of each session asks in the same flush how far the primary's log has
         * got. A read at a replica that is not known to be that far waits for it in the flush of its first statement, for {@link #replicaWait}, and
         * else goes to the primary, as it does where its first statement is a stream, a COPY or a savepoint, or its context asks
         * for one snapshot (REPEATABLE READ). After a statement or a pipeline outside a session nobody knows the position: reads go to
         * the primary until it is known again, which takes one read or a second. Of connections of the DataSource, and of other
         * programs, nothing is known.
         *
         * <p>A replica that cannot be reached, does not have the latest changes in time, or is more than {@link #maximumReplicaLag}
         * behind, is left out; once a second each is asked, and taken back. A read whose first statement fails for its
         * replica goes on at the primary; one that loses it later fails, and may be repeated. No replica is needed to build.
         */
        public Builder readUrl(String url) {
            replicas.url(url);
            return this;
        }

        /** How long a read waits at a replica for what the program has written; 100 ms unless told, zero for not at all. */
        public Builder replicaWait(Duration limit) {
            replicas.longestWait(limit);
            return this;
        }

        /** How old what a replica shows may be; 10 seconds unless told, at least one. Measured once a second. */
        public Builder maximumReplicaLag(Duration limit) {
            replicas.maximumLag(limit);
            return this;
        }

        /** The most connections to the session URL at once; 3 unless told, at least 1. Each holds a backend. */
        public Builder maximumSessionConnections(int connections) {
            options.maximumSessionConnections(connections);
            return this;
        }

        /**
         * What is done about a feature that needs a session of one's own, where {@link SessionFeature#treatment()} does not
         * suit.
         */
        public Builder policy(SessionFeature feature, SessionFeature.Treatment treatment) {
            options.policy(feature, treatment);
            return this;
        }

        /**
         * The roles that a {@link SessionContext} may act as, by their names in the database: {@code roles("anon",
         * "authenticated")}. None unless told. The usual login may SET ROLE to nearly anything, so a role that comes with a
         * request is held against this list. Building reads what the database wants to hold for them, in one round trip; what
         * keeps one of them from working is logged.
         */
        public Builder roles(String... names) {
            options.roles(names);
            return this;
        }

        /**
         * Where each session's context comes from: asked when a session, a statement outside of one or a connection of
         * {@link DatabaseSessionFactory#dataSource()} begins, on the thread that begins it. A web layer gives one that looks at
         * the request; endpoints and services pass nothing on.
         *
         * <pre>{@code
         * DatabaseSessionFactory.builder(url).roles("anon", "authenticated").context(CurrentUser::context).build();
         * }</pre>
         *
         * <p>It never returns null: that is a {@link SessionUsageException} (an SQLException from the DataSource), because a
         * session without a context has the login's own rights. {@link SessionContext#none()} says so on purpose.
         */
        public Builder context(Supplier<SessionContext> supplier) {
            options.context(supplier);
            return this;
        }

        /** How often and how fast is tried again what was not executed; {@link RetryPolicy#standard()} unless told. */
        public Builder retry(RetryPolicy policy) {
            options.retry(policy);
            return this;
        }

        /**
         * Whether a session whose COMMIT got no answer asks the server what became of it, and for how long while the server is
         * away or still at it; zero, the default, means not at all, five seconds are reasonable. Committed, the session
         * ends as if nothing had happened, and {@code write} returns what its work returned. Rolled back, it is a
         * {@link TransactionRolledBackException}, which {@link DatabaseSessionFactory#repeatable()} repeats. Only where
         * that cannot be found out it remains a {@link TransactionOutcomeUnknownException}, which says why.
         *
         * <p>It costs no round trip: each transaction that may write is asked for its number in the flush of its first statement
         * ({@code pg_current_xact_id()}; before PostgreSQL 13 {@code txid_current()}), which gives it one at the server also
         * where it changes nothing. A COPY that comes first takes a round trip more. A lost answer is looked into over another
         * connection ({@code pg_xact_status}). Not of statements outside a session and pipelines of their own: their only flush
         * holds COMMIT, so nobody knows their number. On a direct connection the sessions are watched as those with
         * a context are.
         *
         * <p>"Committed" is not believed where the server was restarted, or replaced by a standby, after the transaction began:
         * the number of a transaction that never got to its disk is given out once more. "Rolled back" is believed
         * then, too, of the server that answers.
         *
         * @throws SessionUsageException if it is negative
         */
        public Builder commitCheck(Duration limit) {
            options.commitCheck(limit);
            return this;
        }

        /** Who is told of each transaction, and of each statement and pipeline outside of one; nobody unless told. No round trip. */
        public Builder observer(OperationObserver told) {
            options.observer(told);
            return this;
        }

        /**
         * Finds out what is in front of the database, and opens the pool.
         *
         * @throws ConnectionException if the database cannot be reached, or refuses the login
         */
        public DatabaseSessionFactory build() {
            ConnectionSource source =
                    assembly(url, pooler).open(options, options.sessions(url, driverProperties, connectionTimeout));
            replicas.readFor(source, url, replica -> {
                PoolAssembly assembly = assembly(replica, null).countedBy(source.counters());
                return () -> assembly.open(options, null);
            });
            return new DatabaseSessionFactory(source, options.target(source));
        }

        /**
         * Finds out what is in front of the database and what {@link #build()} would apply because of it, without a pool: the
         * two or three connections that it takes are closed when it returns, and nothing is left on any backend. A dry run for
         * deployment checks; {@code sky-doctor} tells the same.
         *
         * <pre>{@code
         * System.out.println(DatabaseSessionFactory.builder(url).diagnose());
         * }</pre>
         *
         * <p>Costs a login and about three round trips, and a second login where a pooler's mode is in question.
         *
         * @throws ConnectionException if the database cannot be reached, or refuses the login
         */
        public PoolerProfile diagnose() {
            return assembly(url, pooler).diagnose();
        }

        private PoolAssembly assembly(DatabaseUrl to, @Nullable PoolerProfile profile) {
            return new PoolAssembly(to, driverProperties, profile, statementMode, maximumPoolSize, connectionTimeout)
                    .crowd(maximumWaiting, leakDetection);
        }
    }
}
