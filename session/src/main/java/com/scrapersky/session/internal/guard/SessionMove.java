package com.scrapersky.session.internal.guard;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Executor;
import org.postgresql.jdbc.PgStatement;

/** Takes over to another connection, or statement, what the program has set on the one before. */
final class SessionMove {

    private static final Executor IN_THIS_THREAD = Runnable::run;

    private SessionMove() {}

    static void carryOver(Connection from, Connection to, Settings session) throws SQLException {
        if (!session.isEmpty()) {
            StringBuilder call = new StringBuilder("select ");
            int count = 0;
            for (String name : session.missingFrom(Settings.NONE)) {
                call.append(count++ == 0 ? "" : ",").append("set_config(").append(SqlLiteral.of(name));
                call.append(",?,false)");
            }
            try (PreparedStatement set = to.prepareStatement(call.toString())) {
                int index = 0;
                for (String name : session.missingFrom(Settings.NONE)) {
                    set.setString(++index, session.get(name));
                }
                set.execute();
            }
        }
        if (from.isReadOnly() != to.isReadOnly()) {
            to.setReadOnly(from.isReadOnly());
        }
        to.setAutoCommit(from.getAutoCommit());
        if (to.getNetworkTimeout() != from.getNetworkTimeout()) {
            to.setNetworkTimeout(IN_THIS_THREAD, from.getNetworkTimeout());
        }
        if (to.getHoldability() != from.getHoldability()) {
            to.setHoldability(from.getHoldability());
        }
    }

    /** All of these are fields of the driver's. */
    static void carryOver(Statement from, Statement to) throws SQLException {
        PgStatement source = from.unwrap(PgStatement.class);
        PgStatement target = to.unwrap(PgStatement.class);
        target.setQueryTimeoutMs(source.getQueryTimeoutMs());
        target.setFetchSize(source.getFetchSize());
        target.setMaxRows(source.getMaxRows());
        target.setMaxFieldSize(source.getMaxFieldSize());
        target.setFetchDirection(source.getFetchDirection());
        target.setAdaptiveFetch(source.getAdaptiveFetch());
        target.setPrepareThreshold(source.getPrepareThreshold());
        target.setPoolable(source.isPoolable());
    }
}
