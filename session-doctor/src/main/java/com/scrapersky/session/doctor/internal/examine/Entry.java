package com.scrapersky.session.doctor.internal.examine;

import com.scrapersky.session.doctor.internal.report.Outcome;
import com.scrapersky.session.doctor.internal.report.Report;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** The way in, for those who want to look themselves: the same steps as an {@link Examination}, and the same one login. */
public final class Entry {

    private Entry() {}

    /** A connection that the caller closes; empty where there is none, and the report says why. */
    public static Optional<Connection> open(Target target, Report report) {
        report.outcome(Outcome.NOT_CONNECTED);
        Reached reached = Network.reach(target.url().hosts(), report);
        String sslmode = reached == null ? null : Tls.examine(target, reached, report);
        if (reached == null || sslmode == null) {
            return Optional.empty();
        }
        try {
            Connection connection = Login.open(target, reached, sslmode, report);
            report.outcome(Outcome.EXAMINED);
            return Optional.of(connection);
        } catch (SQLException error) {
            Failure failure = Failure.of(error, false);
            report.add(failure.finding());
            report.outcome(failure.outcome());
            return Optional.empty();
        }
    }
}
