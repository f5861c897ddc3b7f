package com.scrapersky.session.testkit;

import java.util.Collection;
import java.util.Set;

/**
 * How a {@link TransactionPooler} behaves: as which pooler, with which of its switches. Immutable; every switch returns a
 * changed copy.
 *
 * <pre>{@code
 * Manners manners = Manners.pgBouncer118().ignoreStartupParameters("extra_float_digits", "options");
 * }</pre>
 */
public final class Manners {

    private static final Set<String> ALWAYS_TRACKED =
            Set.of("client_encoding", "DateStyle", "TimeZone", "standard_conforming_strings", "application_name");

    private final String name;
    private final Pooler pooler;
    private final Set<String> trackedParameters;
    private final Set<String> ignoredStartupParameters;

    private Manners(String name, Pooler pooler, Set<String> trackedParameters, Set<String> ignoredStartupParameters) {
        this.name = name;
        this.pooler = pooler;
        this.trackedParameters = trackedParameters;
        this.ignoredStartupParameters = ignoredStartupParameters;
    }

    /**
     * PgBouncer 1.18 in transaction mode.
     * <ul>
     *   <li>Named statements are not translated: they stay on the backend that parsed them.
     *   <li>Nothing is reset between clients.
     *   <li>client_encoding, DateStyle, TimeZone, standard_conforming_strings and application_name are carried from backend to
     *       backend, by a {@code SET} where they differ.
     *   <li>Any other startup parameter is refused: 08P01 {@code unsupported startup parameter: X}; except {@code
     *       extra_float_digits}, without which pgjdbc could not connect at all.
     * </ul>
     */
    public static Manners pgBouncer118() {
        return new Manners("pgbouncer-1.18", Pooler.PGBOUNCER, ALWAYS_TRACKED, Set.of("extra_float_digits"));
    }

    /** The startup parameters that are dropped without a word instead of being refused ({@code ignore_startup_parameters}). */
    public Manners ignoreStartupParameters(String... names) {
        return new Manners(name, pooler, trackedParameters, Set.of(names));
    }

    /** The settings that are carried from backend to backend ({@code track_extra_parameters}, and those it always tracks). */
    public Manners trackParameters(Collection<String> names) {
        return new Manners(name, pooler, Set.copyOf(names), ignoredStartupParameters);
    }

    public Pooler pooler() {
        return pooler;
    }

    public Set<String> trackedParameters() {
        return trackedParameters;
    }

    public Set<String> ignoredStartupParameters() {
        return ignoredStartupParameters;
    }

    @Override
    public String toString() {
        return name;
    }

    /** The family of poolers that is imitated. */
    public enum Pooler {
        PGBOUNCER,
        SUPAVISOR
    }
}
