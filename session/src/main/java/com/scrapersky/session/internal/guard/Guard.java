package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionFeature.Treatment;
import com.scrapersky.session.internal.sql.GuardedSql;
import com.scrapersky.session.internal.sql.RoleChoices;
import com.scrapersky.session.internal.sql.SequenceTexts;
import com.scrapersky.session.internal.sql.SqlPart;
import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the pool-safe connections of one database share: the texts they know, what the database's own code may do unseen, the
 * policy, and where a backend of one's own comes from. Thread-safe.
 */
public final class Guard {

    private static final Logger LOG = LoggerFactory.getLogger("com.scrapersky.session.guard");

    /** Texts are literals of the program, so this is reached only by SQL that is put together at run time. */
    private static final int TEXTS_KEPT = 5000;

    /** How old the knowledge about the database's code may be: others may have changed it. */
    private static final long CATALOGUE_NANOS = 60_000_000_000L;

    private final boolean passThrough;
    private final boolean poolOurs;
    private final Settings defaults;

    /** The roles that a context may act as. */
    private final Set<String> roles;

    /** What the driver asks for when it connects, and RESET goes back to. */
    private final Settings startup;

    private final boolean poolerTracks;
    private final boolean readOnlySentAtOnce;
    private final Map<SessionFeature, Treatment> policy;
    private final @Nullable SessionConnections sessions;
    private final BiFunction<SessionFeature, String, SQLException> refusals;

    private final StatementNames names;
    private final Isolation isolation = new Isolation();
    private final Map<String, KnownText> texts = new ConcurrentHashMap<>();
    private final Map<String, ContextText> contextTexts = new ConcurrentHashMap<>();
    private final Set<SessionFeature> warned = ConcurrentHashMap.newKeySet();
    private final Set<String> remarked = ConcurrentHashMap.newKeySet();
    private final Set<String> schemas = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean refreshing = new AtomicBoolean();

    private volatile HiddenState hidden = HiddenState.none();
    private volatile RoleSettings roleSettings = RoleSettings.NONE;

    /** Whether sessions are watched at all: with backends of their own only those of a context. */
    private volatile boolean watching;

    private final ReentrantLock beginningToWatch = new ReentrantLock();
    private final AtomicInteger version = new AtomicInteger();
    private volatile boolean stale;

    private volatile long readAt = System.nanoTime();

    /** Whether what was read is older than it may be. Set by a timer, so that borrowing a connection reads no clock. */
    private volatile boolean due;

    private final AtomicBoolean timing = new AtomicBoolean();

    private Guard(Builder builder) {
        this.passThrough = builder.passThrough;
        this.poolOurs = builder.poolOurs;
        this.defaults = Settings.of(builder.defaults);
        this.roles = Set.copyOf(builder.roles);
        this.watching = !builder.passThrough || builder.contexts;
        this.startup = Settings.of(builder.startup);
        this.poolerTracks = builder.poolerTracks;
        this.readOnlySentAtOnce = builder.readOnlySentAtOnce;
        this.policy = new EnumMap<>(SessionFeature.class);
        for (SessionFeature feature : SessionFeature.values()) {
            policy.put(feature, builder.policy.getOrDefault(feature, feature.treatment()));
        }
        this.sessions = builder.sessions;
        this.names = new StatementNames(
                builder.namedAfter, builder.passThrough, builder.losesPortals, builder.whenNamesAreLost);
        this.refusals = builder.refusals;
    }

    /**
     * Begins a guard.
     *
     * @param refusals makes the exception for a feature and the circumstance of its refusal
     */
    public static Builder builder(BiFunction<SessionFeature, String, SQLException> refusals) {
        return new Builder(refusals);
    }

    /** Guards a connection for one borrow. */
    public PoolSafeConnection guard(Connection connection) throws SQLException {
        return guard(connection, null);
    }

    /** Guards a connection for one borrow, whose session begins with what {@code context} asks for. */
    public PoolSafeConnection guard(Connection connection, @Nullable ContextSettings context) throws SQLException {
        if (context != null && !watching) {
            watch(connection);
        }
        return new PoolSafeConnection(this, connection, context);
    }

    /** The first context over backends of their own: from now on it matters what the database's code may do. */
    private void watch(Connection connection) throws SQLException {
        beginningToWatch.lock();
        try {
            if (!watching) {
                read(connection);
                watching = true;
            }
        } finally {
            beginningToWatch.unlock();
        }
    }

    /** What sessions of a context begin with: the pool's own, what the role asks for, and the context itself. */
    Settings start(ContextSettings context) {
        String role = context.role();
        Settings start = defaults;
        if (role != null) {
            start = start.withAll(roleSettings.of(role).asMap());
        }
        start = start.withAll(context.settings());
        return role == null ? start : start.with("role", role);
    }

    /** Whether a context may act as it. */
    boolean isAllowed(String role) {
        return roles.contains(role);
    }

    /** What a program that wants a role is told. */
    String allowedRoles() {
        return roles.isEmpty() ? "none" : String.join(", ", new TreeSet<>(roles));
    }

    /** What was put together for a text and these settings, or null. */
    @SuppressWarnings("ReferenceEquality") // another one is another knowledge about the database
    @Nullable
    ContextText contextText(KnownText text, List<String> names) {
        ContextText known = contextTexts.get(text.sql().text());
        return known != null && known.text() == text && known.names().equals(names) ? known : null;
    }

    void remember(ContextText text) {
        if (contextTexts.size() >= TEXTS_KEPT) {
            contextTexts.clear();
        }
        contextTexts.put(text.text().sql().text(), text);
    }

    /** Whether statements may go past the pool's objects: others' pools may have been made to look at them. */
    boolean isPoolOurs() {
        return poolOurs;
    }

    boolean isPassThrough() {
        return passThrough;
    }

    Settings defaults() {
        return defaults;
    }

    Settings startup() {
        return startup;
    }

    StatementNames names() {
        return names;
    }

    Isolation isolation() {
        return isolation;
    }

    boolean isReadOnlySentAtOnce() {
        return readOnlySentAtOnce;
    }

    @Nullable
    SessionConnections sessions() {
        return sessions;
    }

    Treatment treatment(SessionFeature feature) {
        Treatment treatment = policy.get(feature);
        return treatment == null ? feature.treatment() : treatment;
    }

    /** Whether a schema was found to be there, and the role to be allowed into it. */
    boolean isSchema(String name) {
        return schemas.contains(name);
    }

    void foundSchema(String name) {
        schemas.add(name);
    }

    SQLException refusal(SessionFeature feature, String circumstance) {
        return refusals.apply(feature, circumstance);
    }

    void warn(SessionFeature feature) {
        if (warned.add(feature)) {
            LOG.warn(
                    "{} used through a pooler in transaction mode, as the policy allows: {} Way out: {}",
                    feature.title(),
                    feature.reason(),
                    feature.wayOut());
        }
    }

    void log(String what, SQLException error) {
        LOG.warn("{}", what, error);
    }

    /** What ended the names of statements behind the pooler, or null as long as nothing did. */
    public StatementNames.@Nullable Loss lossOfNames() {
        return names.loss();
    }

    /** What the pooler sets for its clients, as this one and the pooler agree on it now. */
    Map<String, String> tracked(PGConnection connection) {
        return poolerTracks ? Cleanup.tracked(connection) : Map.of();
    }

    /** @param names of custom settings that were given by the program */
    Cleanup cleanup(Map<String, String> tracked, Set<String> names) {
        Set<String> all = hidden.customSettings();
        if (!names.isEmpty()) {
            all = new LinkedHashSet<>(all);
            all.addAll(names);
        }
        return Cleanup.of(tracked, all);
    }

    /** Changes whenever what is known about texts may have become wrong. */
    int version() {
        return version.get();
    }

    /** One lookup for a text that was met before. */
    KnownText know(String sql) {
        KnownText known = texts.get(sql);
        return known != null ? known : learn(sql);
    }

    private KnownText learn(String sql) {
        // What is learned while the catalogue is to be read again is not kept.
        int current = stale ? -1 : version.get();
        GuardedSql guarded = GuardedSql.of(sql);
        Set<SessionFeature> features = EnumSet.noneOf(SessionFeature.class);
        features.addAll(guarded.features());
        if (guarded.parts().stream().anyMatch(Guard::runsCode)) {
            features.addAll(hidden.reachedBy(guarded));
        }
        boolean endsTransactions = features.contains(SessionFeature.OWN_TRANSACTION);
        features.removeIf(feature -> treatment(feature) == Treatment.ALLOW);
        Set<String> names =
                KnownText.mayHideState(features) || guarded.definesCode() ? SettingNames.inQuotes(sql) : Set.of();
        List<String> choices = RoleChoices.of(sql);
        KnownText text = new KnownText(
                guarded,
                Set.copyOf(features),
                guarded.isPlain() && features.isEmpty() && choices.isEmpty() && !guarded.definesCode(),
                names,
                choices,
                SequenceTexts.draws(guarded),
                endsTransactions,
                current);
        if (texts.size() >= TEXTS_KEPT) {
            texts.clear();
        }
        if (current == version.get()) {
            texts.put(sql, text);
        }
        return text;
    }

    /** Whether the database has code that sets something unseen. */
    boolean hasHiddenState() {
        return !hidden.isEmpty();
    }

    /** Whether a statement can reach code at all: a keyword may well be the name of a function, too. */
    private static boolean runsCode(SqlPart part) {
        return switch (part.kind()) {
            case SET, SET_LOCAL, RESET, RESET_ALL, CHARACTERISTICS, DISCARD_ALL, SET_TRANSACTION -> false;
            case BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, ROLLBACK_TO, PREPARE_TRANSACTION -> false;
            case QUERY, UTILITY, SET_CONFIG, OWN_TRANSACTION, DO -> true;
        };
    }

    /** This program changed functions, triggers or the like. */
    void catalogueChanged() {
        stale = true;
        // Prepared statements look for nothing else.
        version.incrementAndGet();
    }

    boolean isCatalogueStale() {
        return stale;
    }

    /** Reads what the database's code may do unseen. One round trip. */
    public void readCatalogue(Connection connection) throws SQLException {
        if (watching) {
            read(connection);
        }
    }

    private void read(Connection connection) throws SQLException {
        boolean changed = stale;
        stale = false;
        schemas.clear();
        PGConnection driver = connection.unwrap(PGConnection.class);
        int threshold = driver.getPrepareThreshold();
        // A pool that knows of no pooler names its statements, COMMIT among them.
        driver.setPrepareThreshold(0);
        boolean beginsTransactions = !connection.getAutoCommit()
                && connection.unwrap(BaseConnection.class).getTransactionState() == TransactionState.IDLE;
        if (beginsTransactions) {
            connection.setAutoCommit(true);
        }
        try {
            HiddenState read = HiddenState.read(connection);
            changed |= !(read.isEmpty() && hidden.isEmpty());
            hidden = read;
            if (!roles.isEmpty()) {
                readRoles(connection);
            }
            lookAgainLater();
            if (changed) {
                version.incrementAndGet();
                texts.clear();
            }
        } catch (SQLException failed) {
            stale = true;
            throw failed;
        } finally {
            if (beginsTransactions) {
                connection.setAutoCommit(false);
            }
            driver.setPrepareThreshold(threshold);
        }
    }

    private void readRoles(Connection connection) throws SQLException {
        RoleSettings read = RoleSettings.read(connection, roles);
        for (String remark : read.remarks()) {
            if (remarked.add(remark)) {
                LOG.warn("roles for session contexts: {}", remark);
            }
        }
        roleSettings = read;
    }

    /** Lets the server judge the settings that sessions begin with, in a transaction that leaves nothing. One round trip. */
    public void tryDefaults(Connection connection) throws SQLException {
        if (!passThrough && !defaults.isEmpty()) {
            try (Statement statement = guard(connection).createStatement()) {
                statement.execute("select 1");
            }
        }
    }

    /** Looks again at what others may have changed, beside the callers and never more often than once a minute. */
    void refreshInBackground(DataSource pool) {
        if (due && refreshing.compareAndSet(false, true)) {
            refresh(pool);
        }
    }

    private void lookAgainLater() {
        readAt = System.nanoTime();
        due = false;
        if (timing.compareAndSet(false, true)) {
            wake(new WeakReference<>(this), CATALOGUE_NANOS);
        }
    }

    /** By the JDK's own timer thread. A guard whose pool is gone is not kept by it. */
    private static void wake(WeakReference<Guard> guard, long nanos) {
        CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, Runnable::run)
                .execute(() -> {
                    Guard still = guard.get();
                    if (still == null) {
                        return;
                    }
                    long left = still.readAt + CATALOGUE_NANOS - System.nanoTime();
                    if (left > 0) {
                        wake(guard, left);
                    } else {
                        still.timing.set(false);
                        still.due = true;
                    }
                });
    }

    private void refresh(DataSource pool) {
        Thread refresher = new Thread(
                () -> {
                    try (Connection connection = pool.getConnection()) {
                        readCatalogue(connection);
                    } catch (SQLException failed) {
                        LOG.warn("the database's functions and triggers could not be looked at again", failed);
                        lookAgainLater();
                    } finally {
                        refreshing.set(false);
                    }
                },
                "sky-session-catalogue");
        refresher.setDaemon(true);
        refresher.start();
    }

    /** What a guard is made of. */
    public static final class Builder {

        private final BiFunction<SessionFeature, String, SQLException> refusals;
        private boolean passThrough;
        private boolean poolOurs;
        private Map<String, String> defaults = Map.of();
        private Map<String, String> startup = Map.of();
        private Set<String> roles = Set.of();
        private boolean contexts;
        private boolean poolerTracks = true;
        private boolean readOnlySentAtOnce;
        private Map<SessionFeature, Treatment> policy = Map.of();
        private @Nullable SessionConnections sessions;
        private int namedAfter;
        private boolean losesPortals;
        private Runnable whenNamesAreLost = () -> {};

        private Builder(BiFunction<SessionFeature, String, SQLException> refusals) {
            this.refusals = refusals;
        }

        /** Each connection has its backend for itself: nothing is watched. */
        public Builder passThrough(boolean value) {
            passThrough = value;
            return this;
        }

        /** The pool is the library's own: nobody looks at what goes through its objects. */
        public Builder poolOurs() {
            poolOurs = true;
            return this;
        }

        /** What each session begins with, where the URL or the pool sets something. */
        public Builder defaults(Map<String, String> settings) {
            defaults = settings;
            return this;
        }

        /** The roles that contexts may act as. */
        public Builder roles(Set<String> names) {
            roles = names;
            contexts |= !names.isEmpty();
            return this;
        }

        /** Whether sessions with a context are to be expected, for which the catalogue is better read at once. */
        public Builder contexts(boolean value) {
            contexts |= value;
            return this;
        }

        /** What the driver asks for when it connects, by the server's names: what RESET goes back to. */
        public Builder startup(Map<String, String> settings) {
            startup = settings;
            return this;
        }

        /** Whether the pooler sets the parameters that it tracks, for each client. */
        public Builder poolerTracks(boolean value) {
            poolerTracks = value;
            return this;
        }

        /** Whether the driver sends {@code setReadOnly} at once, as readOnlyMode=always makes it. */
        public Builder readOnlySentAtOnce(boolean value) {
            readOnlySentAtOnce = value;
            return this;
        }

        public Builder policy(Map<SessionFeature, Treatment> treatments) {
            policy = treatments;
            return this;
        }

        public Builder sessions(@Nullable SessionConnections connections) {
            sessions = connections;
            return this;
        }

        /**
         * Where the pooler is known to carry named statements: after how many executions the driver names one. The pool's
         * connections must begin with unnamed ones.
         */
        public Builder namedAfter(int executions) {
            namedAfter = executions;
            return this;
        }

        /** Whether the pooler loses the cursor of a named statement, so that one with a fetch size has no name. */
        public Builder losesPortals(boolean value) {
            losesPortals = value;
            return this;
        }

        /** Is told when the pooler turns out not to carry named statements any more. */
        public Builder whenNamesAreLost(Runnable told) {
            whenNamesAreLost = told;
            return this;
        }

        public Guard build() {
            return new Guard(this);
        }
    }
}
