package com.scrapersky.session.testkit;

import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * How a {@link TransactionPooler} behaves: as which pooler, with which of its switches. Immutable; every switch returns a
 * changed copy. A switch that the imitated pooler does not have changes nothing.
 *
 * <pre>{@code
 * Manners manners = Manners.supavisor().tenant("project").namedPreparedStatements(true);
 * }</pre>
 *
 * <p>Sources: PgBouncer's behaviour was read off the real 1.18.0 and 1.26.1 in front of PostgreSQL 18; Supavisor's off a
 * running 2.9.7 in front of PostgreSQL 15 and its source (github.com/supabase/supavisor).
 */
public final class Manners {

    private static final Set<String> ALWAYS_TRACKED =
            Set.of("client_encoding", "DateStyle", "TimeZone", "standard_conforming_strings", "application_name");

    /** What PostgreSQL 18 reports besides and a client may set: PgBouncer 1.26 tracks all of it. */
    private static final Set<String> ALSO_REPORTED = Set.of(
            "IntervalStyle",
            "search_path",
            "default_transaction_read_only",
            "scram_iterations",
            "session_authorization");

    private final Switches switches;

    private Manners(Switches switches) {
        this.switches = switches;
    }

    /**
     * PgBouncer 1.18 in transaction mode.
     * <ul>
     *   <li>Named statements are not translated: they stay on the backend that parsed them.
     *   <li>Nothing is reset between clients.
     *   <li>client_encoding, DateStyle, TimeZone, standard_conforming_strings and application_name are carried from backend to
     *       backend, by a {@code SET} where they differ; a value that the server refuses ends the client with 08P01 {@code
     *       invalid server parameter}. An empty value is not carried, so who never set {@code application_name} inherits it;
     *       and {@code DateStyle=ISO}, which drivers say, never equals the server's {@code ISO, MDY}, so it is set again
     *       before every transaction.
     *   <li>Any other startup parameter is refused: 08P01 {@code unsupported startup parameter: X}; except {@code
     *       extra_float_digits}, without which pgjdbc could not connect at all.
     * </ul>
     */
    public static Manners pgBouncer118() {
        Switches switches = new Switches("pgbouncer-1.18", Pooler.PGBOUNCER);
        switches.trackedParameters = ALWAYS_TRACKED;
        switches.ignoredStartupParameters = Set.of("extra_float_digits");
        return new Manners(switches);
    }

    /**
     * PgBouncer 1.26 in transaction mode. As {@link #pgBouncer118()}, but:
     * <ul>
     *   <li>Named statements work on every backend, at most 200 of them on each; clients with the same text and parameter
     *       types share one, so DDL poisons it for all of them.
     *   <li>SQL {@code PREPARE} is not translated; {@code DISCARD ALL} and {@code DEALLOCATE ALL} forget the client's named
     *       statements.
     *   <li>More settings are carried along: all that PostgreSQL 18 reports, {@code search_path} among them; empty values
     *       too; and each only where it differs.
     *   <li>{@code options} may set such parameters: {@code -c name=value} or {@code --name=value}.
     * </ul>
     */
    public static Manners pgBouncer126() {
        Switches switches = pgBouncer118().switches.copy();
        switches.name = "pgbouncer-1.26";
        Set<String> tracked = new TreeSet<>(ALWAYS_TRACKED);
        tracked.addAll(ALSO_REPORTED);
        switches.trackedParameters = Set.copyOf(tracked);
        switches.maximumPreparedStatements = 200;
        switches.readsOptions = true;
        switches.carriesExactly = true;
        return new Manners(switches);
    }

    /**
     * Supavisor 2.9.7 in transaction mode.
     * <ul>
     *   <li>The tenant stands in the user's name, behind the last dot, or in {@code options=reference=…}.
     *   <li>Startup parameters are dropped without a word, except {@code search_path}: each of its values has backends of its
     *       own, 50 pools at most. A startup packet over 1024 bytes is refused.
     *   <li>Nothing is reset between clients, and no setting is carried along.
     *   <li>Named statements are not translated, unless {@link #namedPreparedStatements} says so.
     *   <li>The login says {@code application_name=Supavisor}, and again every 60 s to a client that does nothing.
     *   <li>A pool of n runs n + 1 transactions at once.
     *   <li>A wrong password is told after 0.5 s; ten of them within 150 s close the door for 120 s.
     *   <li>When the server is down the login succeeds, and the first query fails with 08006.
     *   <li>A Sync that comes first in a segment while the client has no backend loses the rest of that segment.
     * </ul>
     */
    public static Manners supavisor() {
        Switches switches = new Switches("supavisor", Pooler.SUPAVISOR);
        switches.maximumPools = 50;
        switches.authenticationFailures = 10;
        return new Manners(switches);
    }

    /** The startup parameters that PgBouncer drops without a word ({@code ignore_startup_parameters}). */
    public Manners ignoreStartupParameters(String... names) {
        return with(switches -> switches.ignoredStartupParameters = Set.of(names));
    }

    /** The settings that PgBouncer carries from backend to backend ({@code track_extra_parameters} and its fixed ones). */
    public Manners trackParameters(Collection<String> names) {
        return with(switches -> switches.trackedParameters = Set.copyOf(names));
    }

    /** PgBouncer's {@code max_prepared_statements}: how many named statements a backend keeps; 0 translates none. */
    public Manners maximumPreparedStatements(int statements) {
        return with(switches -> switches.maximumPreparedStatements = statements);
    }

    /**
     * Supavisor's flag {@code named_prepared_statements}: named statements work on every backend, with what was wrong with
     * them when it was measured:
     * <ul>
     *   <li>100 statements and 1,000,000 bytes for each client; one more ends it with EMAXPREPARED.
     *   <li>A Bind that names statement and portal loses the portal's name but not its length: 08P01, connection lost. pgjdbc
     *       sends it for a fetch size inside a transaction.
     *   <li>A statement that cannot be parsed counts as there: the next client with the same text gets 26000. Its answer is
     *       awaited for ever, so later clients of the backend lose a ParseComplete or get one too many; pgjdbc throws
     *       {@code NoSuchElementException} then.
     *   <li>{@code DISCARD ALL} and {@code DEALLOCATE ALL} go unnoticed: 26000 for everybody else on that backend.
     *   <li>SQL {@code PREPARE}, {@code EXECUTE} and {@code DEALLOCATE} as a simple query are fatal.
     * </ul>
     */
    public Manners namedPreparedStatements(boolean on) {
        return with(switches -> switches.maximumPreparedStatements = on ? 200 : 0);
    }

    /**
     * For how long a client keeps a backend; default: one transaction. In {@link PoolMode#SESSION} it is until the client
     * disconnects, and the pooler runs {@code DISCARD ALL} before the next one gets the backend: Supavisor's port 5432,
     * PgBouncer's {@code pool_mode = session}. When all backends have a client, Supavisor refuses the next one with
     * EMAXCONNSESSION, and PgBouncer lets it wait.
     */
    public Manners poolMode(PoolMode mode) {
        return with(switches -> switches.poolMode = mode);
    }

    /** The tenant that Supavisor knows; default {@code tenant}. */
    public Manners tenant(String name) {
        return with(switches -> switches.tenant = name);
    }

    /** How many pools Supavisor opens for its tenant; default 50. */
    public Manners maximumPools(int pools) {
        return with(switches -> switches.maximumPools = pools);
    }

    /** After how many wrong passwords within which time Supavisor closes the door for how long; default 10, 150 s, 120 s. */
    public Manners circuitBreaker(int failures, Duration within, Duration closed) {
        return with(switches -> {
            switches.authenticationFailures = failures;
            switches.failureWindow = within;
            switches.circuitBreak = closed;
        });
    }

    /** How often Supavisor says its name to a client that does nothing; default 60 s. */
    public Manners heartbeat(Duration every) {
        return with(switches -> switches.heartbeat = every);
    }

    private Manners with(Consumer<Switches> change) {
        Switches changed = switches.copy();
        change.accept(changed);
        return new Manners(changed);
    }

    /** Which pooler is imitated. */
    public Pooler pooler() {
        return switches.pooler;
    }

    public Set<String> trackedParameters() {
        return switches.trackedParameters;
    }

    public Set<String> ignoredStartupParameters() {
        return switches.ignoredStartupParameters;
    }

    public PoolMode poolMode() {
        return switches.poolMode;
    }

    public int maximumPreparedStatements() {
        return switches.maximumPreparedStatements;
    }

    /** Whether {@code options} in the startup packet is read, and not refused as an unknown parameter. */
    public boolean readsOptions() {
        return switches.readsOptions;
    }

    /** Whether an empty value is carried too, and none is set again that the server only spells otherwise. */
    public boolean carriesExactly() {
        return switches.carriesExactly;
    }

    public String tenant() {
        return switches.tenant;
    }

    public int maximumPools() {
        return switches.maximumPools;
    }

    public int authenticationFailures() {
        return switches.authenticationFailures;
    }

    public Duration failureWindow() {
        return switches.failureWindow;
    }

    public Duration circuitBreak() {
        return switches.circuitBreak;
    }

    public Duration heartbeat() {
        return switches.heartbeat;
    }

    @Override
    public String toString() {
        return switches.poolMode == PoolMode.SESSION ? switches.name + " in session mode" : switches.name;
    }

    /** The family of poolers that is imitated. */
    public enum Pooler {
        PGBOUNCER,
        SUPAVISOR
    }

    /** Never changed once a {@link Manners} holds it. */
    private static final class Switches {

        private final Pooler pooler;
        private String name;
        private Set<String> trackedParameters = Set.of();
        private Set<String> ignoredStartupParameters = Set.of();
        private PoolMode poolMode = PoolMode.TRANSACTION;
        private int maximumPreparedStatements;
        private boolean readsOptions;
        private boolean carriesExactly;
        private String tenant = "tenant";
        private int maximumPools = Integer.MAX_VALUE;
        private int authenticationFailures = Integer.MAX_VALUE;
        private Duration failureWindow = Duration.ofSeconds(150);
        private Duration circuitBreak = Duration.ofMinutes(2);
        private Duration heartbeat = Duration.ofSeconds(60);

        private Switches(String name, Pooler pooler) {
            this.name = name;
            this.pooler = pooler;
        }

        private Switches copy() {
            Switches copy = new Switches(name, pooler);
            copy.trackedParameters = trackedParameters;
            copy.ignoredStartupParameters = ignoredStartupParameters;
            copy.poolMode = poolMode;
            copy.maximumPreparedStatements = maximumPreparedStatements;
            copy.readsOptions = readsOptions;
            copy.carriesExactly = carriesExactly;
            copy.tenant = tenant;
            copy.maximumPools = maximumPools;
            copy.authenticationFailures = authenticationFailures;
            copy.failureWindow = failureWindow;
            copy.circuitBreak = circuitBreak;
            copy.heartbeat = heartbeat;
            return copy;
        }
    }
}
