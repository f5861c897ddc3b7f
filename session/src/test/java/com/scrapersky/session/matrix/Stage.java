package com.scrapersky.session.matrix;

import java.sql.Connection;

/** Where a program's steps run. */
interface Stage {

    /** One step. */
    @FunctionalInterface
    interface Work {
        Object run(Connection connection) throws Exception;
    }

    /** Runs a step, on another backend than the step before where a transaction does not keep it. */
    Object run(Connection connection, Work work) throws Exception;

    /** Runs a step while other clients keep every backend busy. */
    Object runWhileAllBusy(Connection connection, Work work) throws Exception;

    /** Straight to the server, where a connection has its backend for itself. */
    Stage DIRECT = new Stage() {
        @Override
        public Object run(Connection connection, Work work) throws Exception {
            return work.run(connection);
        }

        @Override
        public Object runWhileAllBusy(Connection connection, Work work) throws Exception {
            return work.run(connection);
        }
    };
}
