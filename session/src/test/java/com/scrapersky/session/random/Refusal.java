package com.scrapersky.session.random;

import java.sql.SQLException;
import org.postgresql.util.PSQLException;

/**
 * What counts as a refusal: SQLSTATE 0A000, feature not supported, and not from the driver or the server.
 *
 * <p><b>What follows from one.</b> A refusal promises that nothing was sent and nothing was changed. It is taken at its word:
 * the direct side leaves a step out that the pooled side refused, and both go on, with the same connection and in the same
 * transaction. So a refusal that did something after all, or that spoiled the connection, is a difference like any other.
 * That something was refused which has to work is a difference, too ({@link Feature#mayBeRefused}).
 */
final class Refusal {

    private static final String FEATURE_NOT_SUPPORTED = "0A000";

    private Refusal() {}

    static boolean is(SQLException error) {
        return FEATURE_NOT_SUPPORTED.equals(error.getSQLState()) && !(error instanceof PSQLException);
    }
}
