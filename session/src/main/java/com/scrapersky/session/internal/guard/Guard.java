package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionFeature.Treatment;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the pool-safe connections of one database share: the texts they know, what the database's own code may do unseen, the
 * policy, and where a backend of one's own comes from. Thread-safe.
 */
// Over 400 lines, a third of which is its builder.
public final class Guard {

    private static final Logger LOG = LoggerFactory.getLogger("com.scrapersky.session.guard");

    private final boolean passThrough;
    private final boolean losesCount;
    private final boolean poolOurs;
    private final Settings defaults;

    /** The roles that a context may act as. */
    private final Set<String> roles;

    /** What the driver asks for when it connects, and RESET goes back to. */
    private final Settings startup;

    private final boolean poolerTracks;
    private final boolean readOnlySentAtOnce;
    private final Map<SessionFeature, Treatment> policy;

    /** The features that the program has said something about. */
    private final Set<SessionFeature> chosen;

    private final @Nullable SessionConnections sessions;
    private final @Nullable Places places;
    private final BiFunction<SessionFeature, String, SQLException> refusals;

    private final StatementNames names;
    private final Isolation isolation = new Isolation();
    private final CodeWatch code;
    private final SessionCounters counters;
    private final KnownTexts texts;
    private final Set<SessionFeature> warned = ConcurrentHashMap.newKeySet();

    /** Whether sessions are watched at all: with backends of their own only those of a context. */
    private volatile boolean watching;

    private final ReentrantLock beginningToWatch = new ReentrantLock();

    private Guard(Builder builder) {
        this.losesCount = builder.losesCount;
        this.passThrough = builder.passThrough;
        this.poolOurs = builder.poolOurs;
        this.defaults = Settings.of(builder.defaults);
        this.roles = Set.copyOf(builder.roles);
        this.watching = !builder.passThrough || builder.contexts;
        this.startup = Settings.of(builder.startup);
        this.poolerTracks = builder.poolerTracks;
        this.readOnlySentAtOnce = builder.readOnlySentAtOnce;
        this.chosen = Set.copyOf(builder.policy.keySet());
        this.policy = new EnumMap<>(SessionFeature.class);
        for (SessionFeature feature : SessionFeature.values()) {
            policy.put(feature, builder.policy.getOrDefault(feature, feature.treatment()));
        }
        this.sessions = builder.sessions;
        this.places = builder.places;
        this.names = new StatementNames(
                builder.namedAfter, builder.passThrough, builder.losesPortals, builder.whenNamesAreLost);
        this.refusals = builder.refusals;
        this.counters = builder.counters;
        this.code = new CodeWatch(roles, this::forgetTexts);
        this.texts = new KnownTexts(code, this::treatment);
    }

    /**
     * Begins a guard.
     *
     * @param refusals makes the exception for a feature and the circumstance of its refusal
     */
    public static Builder builder(BiFunction<SessionFeature, String, SQLException> refusals) {
        return new Builder(refusals);
    }

    private void forgetTexts() {
        texts.forget();
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
                code.read(connection);
                watching = true;
            }
        } finally {
            beginningToWatch.unlock();
        }
    }

    /** What sessions of a context begin with: the pool's own, what the role asks for, and the context itself. */
    Settings start(ContextSettings context) {
        return context.start(defaults, code.roleSettings());
    }

    /** Whether a context may act as it. */
    boolean isAllowed(String role) {
        return roles.contains(role);
    }

    /** What a program that wants a role is told. */
    String allowedRoles() {
        return roles.isEmpty() ? "none" : String.join(", ", new TreeSet<>(roles));
    }

    /** Whether statements may go past the pool's objects: others' pools may have been made to look at them. */
    boolean isPoolOurs() {
        return poolOurs;
    }

    /**
     * Whether the pooler does not answer a client any more of which the server has skipped a Parse: statements are better not sent
     * together. So does Odyssey 1.5 with reserved statements ({@code OdysseyReservedStatementsTest}).
     */
    boolean losesCount() {
        return losesCount;
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

    /** Where callers wait for a connection; null where that is the pool's own business. */
    @Nullable
    Places places() {
        return places;
    }

    @Nullable
    SessionConnections sessions() {
        return sessions;
    }

    Treatment treatment(SessionFeature feature) {
        Treatment treatment = policy.get(feature);
        return treatment == null ? feature.treatment() : treatment;
    }

    /** Whether the program has said what is done about it. */
    boolean isChosen(SessionFeature feature) {
        return chosen.contains(feature);
    }

    /** Whether a schema was found to be there, and the role to be allowed into it. */
    boolean isSchema(String name) {
        return code.isSchema(name);
    }

    void foundSchema(String name) {
        code.foundSchema(name);
    }

    /** What its sessions have done. */
    public SessionCounters counters() {
        return counters;
    }

    SQLException refusal(SessionFeature feature, String circumstance) {
        counters.refused(feature);
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
        Set<String> all = code.hidden().customSettings();
        if (!names.isEmpty()) {
            all = new LinkedHashSet<>(all);
            all.addAll(names);
        }
        return Cleanup.of(tracked, all);
    }

    /** Changes whenever what is known about texts may have become wrong. */
    int version() {
        return code.version();
    }

    /** One lookup for a text that was met before. */
    KnownText know(String sql) {
        return texts.know(sql);
    }

    /** What was put together for texts in front of which settings go. */
    KnownTexts texts() {
        return texts;
    }

    /** Whether the database has code that sets something unseen. */
    boolean hasHiddenState() {
        return !code.hidden().isEmpty();
    }

    /** This program changed functions, triggers or the like. */
    void catalogueChanged() {
        code.changed();
    }

    boolean isCatalogueStale() {
        return code.isStale();
    }

    /** Reads what the database's code may do unseen. One round trip. */
    public void readCatalogue(Connection connection) throws SQLException {
        if (watching) {
            code.read(connection);
        }
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
        code.refreshInBackground(pool);
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
        private @Nullable Places places;
        private int namedAfter;
        private boolean losesPortals;
        private boolean losesCount;
        private Runnable whenNamesAreLost = () -> {};
        private SessionCounters counters = new SessionCounters();

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

        /** Where callers wait for a connection. */
        public Builder places(Places value) {
            places = value;
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

        /** Whether the pooler does not answer a client any more of which the server has skipped a Parse. */
        public Builder losesCount(boolean value) {
            losesCount = value;
            return this;
        }

        /** Is told when the pooler turns out not to carry named statements any more. */
        public Builder whenNamesAreLost(Runnable told) {
            whenNamesAreLost = told;
            return this;
        }

        /** Where it is counted, if that is together with others. */
        public Builder counters(SessionCounters together) {
            counters = together;
            return this;
        }

        public Guard build() {
            return new Guard(this);
        }
    }
}
