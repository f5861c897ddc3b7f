package com.scrapersky.session;

import com.scrapersky.session.internal.pooler.StatementProbe;
import java.time.Instant;
import java.util.List;

/**
 * What stands between this program and PostgreSQL, how that is known, and which parameters were applied because of it.
 *
 * <p>{@link DatabaseSessionFactory#profile()} gives the one in force; its {@link #toString()} is the documentation of the
 * parameters that a session gets by itself, and is logged once when a factory is built. The static methods are presets, to
 * be given to {@link DatabaseSessionFactory.Builder#pooler(PoolerProfile)} when you know what is in front of the database:
 * your word wins over detection, and saves its round trip.
 *
 * <pre>{@code
 * DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(url)
 *         .pooler(PoolerProfile.supavisorTransaction())
 *         .build();
 * System.out.println(sessions.profile());
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 */
public final class PoolerProfile {

    /** The software in front of the database. */
    public enum Pooler {
        NONE("no pooler"),
        SUPAVISOR("Supavisor"),
        PGBOUNCER("PgBouncer"),
        NEON("Neon's pooler"),
        ODYSSEY("Odyssey"),
        RDS_PROXY("RDS Proxy"),
        UNKNOWN("an unknown pooler");

        private final String title;

        Pooler(String title) {
            this.title = title;
        }

        /** Its name as its makers write it. */
        public String title() {
            return title;
        }
    }

    /** How long a client keeps a backend. */
    public enum Mode {
        /** There is no pooler: the client's connection is its backend. */
        DIRECT,
        /** Until the client leaves; the pooler then cleans the backend. */
        SESSION,
        /** For a transaction. The next one may run on another backend, and somebody else gets this one as it is. */
        TRANSACTION
    }

    /** Whether the driver may leave prepared statements on the backend. */
    public enum StatementMode {
        /**
         * For {@link DatabaseSessionFactory.Builder#statementMode}: {@link #NAMED} where the pooler is known to carry named
         * statements from backend to backend, {@link #UNNAMED} elsewhere. Never the mode of a profile.
         */
        AUTO,
        /**
         * After five executions a statement stays prepared at the backend under a name, and its results come in binary.
         * Right where backends are kept, and behind poolers that carry named statements: PgBouncer from 1.21 on with
         * {@code max_prepared_statements}, Odyssey with {@code pool_reserve_prepared_statement}.
         */
        NAMED,
        /**
         * Nothing stays at the backend: parse, bind and execute travel together, in the same single round trip. Right
         * everywhere.
         */
        UNNAMED
    }

    /**
     * Whether statements are named.
     *
     * @param mode never {@link StatementMode#AUTO}
     * @param evidence how that is known
     * @param since when it was found out: it may be remembered from another factory for the same address, and changes when a
     *     pooler turns out not to carry names any more
     */
    public record Statements(StatementMode mode, Evidence evidence, Instant since) {

        static Statements of(StatementMode mode, String observation, String conclusion) {
            return new Statements(mode, new Evidence(observation, conclusion, true), Instant.now());
        }
    }

    /** Who decided about a parameter. */
    public enum Origin {
        /** This library, because of the pooler. */
        AUTOMATIC,
        /** The database URL. */
        URL,
        /** The code that built the factory. */
        BUILDER,
        /** The pool that was wrapped; it cannot be changed any more. */
        EXISTING_POOL
    }

    /**
     * One observation and what follows from it.
     *
     * @param observation what was seen
     * @param conclusion what it means
     * @param certain whether nothing else could explain it
     */
    public record Evidence(String observation, String conclusion, boolean certain) {}

    /**
     * A parameter that is in force.
     *
     * @param name the driver's or the pool's own name for it
     * @param value its value
     * @param reason why it has this value
     * @param origin who decided
     */
    public record Parameter(String name, String value, String reason, Origin origin) {}

    private final Pooler pooler;
    private final Mode mode;
    private final Statements statements;

    /** Whether the pooler itself has said what becomes of names. */
    private final boolean asked;

    private final List<Evidence> evidence;
    private final List<Parameter> parameters;
    private final List<String> warnings;
    private final List<String> notes;

    private PoolerProfile(
            Pooler pooler,
            Mode mode,
            Statements statements,
            boolean asked,
            List<Evidence> evidence,
            List<Parameter> parameters,
            List<String> warnings,
            List<String> notes) {
        this.pooler = pooler;
        this.mode = mode;
        this.statements = statements;
        this.asked = asked;
        this.evidence = List.copyOf(evidence);
        this.parameters = List.copyOf(parameters);
        this.warnings = List.copyOf(warnings);
        this.notes = List.copyOf(notes);
    }

    static PoolerProfile of(Pooler pooler, Mode mode, List<Evidence> evidence) {
        Statements statements = mode == Mode.TRANSACTION
                ? Statements.of(
                        StatementMode.UNNAMED,
                        "transactions may run on another backend each",
                        "statements stay unnamed where names are not known to be carried along")
                : Statements.of(
                        StatementMode.NAMED,
                        "each connection has its backend for itself",
                        "a statement that is prepared there is found there again");
        return new PoolerProfile(pooler, mode, statements, false, evidence, List.of(), List.of(), List.of());
    }

    /** A direct connection. Sets nothing that a pooler would need: statements are named, as pgjdbc does by default. */
    public static PoolerProfile direct() {
        return preset(Pooler.NONE, Mode.DIRECT);
    }

    /**
     * Supavisor in transaction mode (port 6543 of {@code *.pooler.supabase.com}). Sets:
     * <ul>
     *   <li>unnamed statements: Supavisor does not translate names unless a flag that a client cannot see is on, and
     *       one client then binds to another one's statement (42P05, 26000, 08P01 or wrong results);
     *   <li>{@code assumeMinServerVersion=12}: the application name travels in the startup packet; pgjdbc otherwise sends
     *       {@code SET application_name} to a shared backend after every connect.
     * </ul>
     * Source: measured on Supavisor 2.9.7 with pgjdbc 42.7.14.
     */
    public static PoolerProfile supavisorTransaction() {
        return preset(Pooler.SUPAVISOR, Mode.TRANSACTION);
    }

    /**
     * Supavisor in session mode (port 5432 of {@code *.pooler.supabase.com}), which runs DISCARD ALL when a client leaves.
     * Sets the startup packet's application name as {@link #supavisorTransaction()} does; statements are named.
     */
    public static PoolerProfile supavisorSession() {
        return preset(Pooler.SUPAVISOR, Mode.SESSION);
    }

    /**
     * PgBouncer in transaction mode, of any version. Sets unnamed statements, because PgBouncer before 1.21, and any with
     * {@code max_prepared_statements=0}, mixes the names of its clients up; and one application name in the startup packet,
     * which PgBouncer tracks. From 1.21 on, with the setting, {@link DatabaseSessionFactory.Builder#statementMode} NAMED is
     * faster; without this preset that is found out. Source: PgBouncer's feature matrix; measured on 1.18 and 1.26.
     */
    public static PoolerProfile pgBouncerTransaction() {
        return preset(Pooler.PGBOUNCER, Mode.TRANSACTION);
    }

    /** Neon's pooled endpoint ({@code *-pooler.*.neon.tech}), which is PgBouncer in transaction mode. */
    public static PoolerProfile neonPooled() {
        return preset(Pooler.NEON, Mode.TRANSACTION);
    }

    /**
     * RDS Proxy, which gives a client that changes its session's state a backend of its own ("pinning"), and shares backends by
     * transaction among the others (AWS documentation, "Avoiding pinning an RDS Proxy"). Sets unnamed statements, and what a session
     * sets is told to each transaction: right whether it pins or not. {@code docs/poolers.md} tells what is known of it; no test of
     * ours has met one.
     */
    public static PoolerProfile rdsProxy() {
        return preset(Pooler.RDS_PROXY, Mode.TRANSACTION);
    }

    private static PoolerProfile preset(Pooler pooler, Mode mode) {
        return of(
                pooler,
                mode,
                List.of(new Evidence("the code that built the factory says so", "taken at its word", true)));
    }

    PoolerProfile with(Statements known) {
        return new PoolerProfile(pooler, mode, known, asked, evidence, parameters, warnings, notes);
    }

    /** With what the pooler was found to do with names. */
    PoolerProfile with(StatementProbe.Answer answer) {
        var found = new Statements(
                answer.carried() ? StatementMode.NAMED : StatementMode.UNNAMED, answer.evidence(), answer.since());
        return new PoolerProfile(
                pooler, mode, found, answer.evidence().certain(), evidence, parameters, warnings, notes);
    }

    PoolerProfile with(List<Parameter> parameters, List<String> warnings, List<String> notes) {
        return new PoolerProfile(pooler, mode, statements, asked, evidence, parameters, warnings, notes);
    }

    /** Whether Odyssey reserves statements, or was not asked: it then loses count of those that the server skips. */
    boolean losesCount() {
        return pooler == Pooler.ODYSSEY
                && mode == Mode.TRANSACTION
                && (!asked || statements.mode() == StatementMode.NAMED);
    }

    /** What is in front of the database. */
    public Pooler pooler() {
        return pooler;
    }

    /** How long a client keeps a backend there; {@link Mode#TRANSACTION} where that could not be found out. */
    public Mode mode() {
        return mode;
    }

    /** Whether statements are named. */
    public StatementMode statementMode() {
        return statements.mode();
    }

    /** Whether statements are named, how that is known, and since when. */
    public Statements statements() {
        return statements;
    }

    /** How all this is known. */
    public List<Evidence> evidence() {
        return evidence;
    }

    /** Every parameter that was applied, in the order of importance. Empty for a preset that is not in force anywhere. */
    public List<Parameter> parameters() {
        return parameters;
    }

    /** What the user decided differently and why it is unsafe behind this pooler. */
    public List<String> warnings() {
        return warnings;
    }

    /** What was made of parameters that the URL gives in another tool's words, those of the former system among them. */
    public List<String> notes() {
        return notes;
    }

    /** All of it in plain words, on several lines. */
    @Override
    public String toString() {
        return ProfileText.of(this);
    }
}
