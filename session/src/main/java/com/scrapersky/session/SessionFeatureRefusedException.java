package com.scrapersky.session;

import java.sql.SQLNonTransientException;

/**
 * A statement or a JDBC call needs a backend of its own, and behind the pooler in front of this database there is none.
 * Thrown by the connections of {@link DatabaseSessionFactory#dataSource()}, before anything was sent: nothing was changed,
 * neither the transaction nor the backend, and the connection goes on being usable.
 *
 * <p>The message names the feature with its {@link SessionFeature#id() id}, why it cannot work there, the way out, and its
 * section of {@code docs/poolers.md}; a session URL
 * ({@link DatabaseSessionFactory.Builder#sessionUrl}) makes most of them work as they are.
 *
 * <p>SQLSTATE 0A000, feature not supported. It comes from above the pool, so no pool takes the connection for a broken one.
 */
public final class SessionFeatureRefusedException extends SQLNonTransientException {

    private static final long serialVersionUID = 1L;

    private static final String FEATURE_NOT_SUPPORTED = "0A000";

    private final SessionFeature feature;

    /**
     * @param feature what was refused
     * @param circumstance what was tried, and why it could not be done here
     */
    SessionFeatureRefusedException(SessionFeature feature, String circumstance) {
        super(
                feature.title() + " (" + feature.id() + "): " + circumstance + ". " + feature.reason() + " Way out: "
                        + feature.wayOut() + ". More: docs/poolers.md#" + feature.id(),
                FEATURE_NOT_SUPPORTED);
        this.feature = feature;
    }

    /** What was refused. */
    public SessionFeature feature() {
        return feature;
    }
}
