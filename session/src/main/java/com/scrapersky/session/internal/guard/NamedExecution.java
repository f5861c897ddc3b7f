package com.scrapersky.session.internal.guard;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.PgStatement;

/**
 * One execution of a statement that the driver may have named, from before it to after it. Where no statement has a name
 * nothing is looked at.
 */
final class NamedExecution {

    private NamedExecution() {}

    /** What makes a statement that failed succeed. */
    enum Remedy {
        NOTHING,
        /** The driver has forgotten its name, and gives it another one. */
        AS_IT_IS,
        WITHOUT_NAME,
        /** Without a name, and as a text that the pooler has no plan for. */
        AS_ANOTHER_TEXT
    }

    /**
     * Before a statement is executed. Behind a pooler whose names turned out to be lost it has none from now on.
     *
     * @return where the connection stands
     */
    static int begin(VirtualSession session, PreparedStatement statement) throws SQLException {
        StatementNames names = session.guard().names();
        if (!names.areUsed()) {
            session.executes(false);
            return StatementNames.UNUSED;
        }
        BaseConnection driver = session.driver();
        if (session.areNamesCarried()) {
            if (names.isToForget(driver)) {
                DriverNames.forget(driver);
            }
            if (driver.getPrepareThreshold() == 0) {
                // The statement may have been made before.
                withoutName(statement);
            }
        }
        boolean named = isNamed(driver, statement);
        session.executes(named);
        int mark = StatementNames.mark(driver);
        return named ? mark : StatementNames.withoutName(mark);
    }

    /**
     * As {@link #begin(VirtualSession, PreparedStatement)}, for a text that goes to the driver without a statement, whose name
     * depends on the connection alone.
     */
    static int begin(VirtualSession session) throws SQLException {
        StatementNames names = session.guard().names();
        if (!names.areUsed()) {
            return StatementNames.UNUSED;
        }
        BaseConnection driver = session.driver();
        if (session.areNamesCarried() && names.isToForget(driver)) {
            DriverNames.forget(driver);
        }
        return StatementNames.mark(driver);
    }

    /** Whether the driver has a name for the statement, or gives it one when it is executed. */
    static boolean isNamed(BaseConnection driver, PreparedStatement statement) throws SQLException {
        return driver.getPrepareThreshold() != 0
                && statement.unwrap(PGStatement.class).isUseServerPrepare();
    }

    static void withoutName(PreparedStatement statement) throws SQLException {
        PgStatement driver = statement.unwrap(PgStatement.class);
        if (driver.getPrepareThreshold() != 0) {
            driver.setPrepareThreshold(0);
        }
    }

    /** After a statement was executed. In autocommit the driver sends one again whose name was lost, and says nothing. */
    static void succeeded(VirtualSession session, int mark) throws SQLException {
        if (mark == StatementNames.UNUSED || !session.areNamesCarried()) {
            return;
        }
        BaseConnection driver = session.driver();
        if (driver.getPrepareThreshold() == 0) {
            return;
        }
        if (StatementNames.wasHealed(mark, driver)) {
            session.guard().names().doubt(driver, "the driver had to prepare a statement again");
        } else if (StatementNames.wasFirst(mark) && driver.getTransactionState() != TransactionState.IDLE) {
            // Its BEGIN was named with it, and the next statement with that BEGIN in front may be one that is not
            // looked after.
            DriverNames.forgetBegin(driver);
        }
    }

    /**
     * What is learnt from a failure, and whether the statement can be executed once more: nothing but its name or its plan was
     * wrong, and nothing was done before it in its transaction, which is rolled back then.
     *
     * @param text of the statement; null where it was none of the program's
     */
    static Remedy failed(VirtualSession session, SQLException failed, @Nullable String text, int mark)
            throws SQLException {
        session.failed(failed);
        if (mark == StatementNames.UNUSED || session.connection().isClosed()) {
            return Remedy.NOTHING;
        }
        boolean carried = session.areNamesCarried();
        Remedy remedy = Remedy.AS_IT_IS;
        if (StatementNames.isOfPlan(failed)) {
            if (carried) {
                if (text == null) {
                    return Remedy.NOTHING;
                }
                session.guard().names().unname(text);
                remedy = Remedy.AS_ANOTHER_TEXT;
            }
        } else if (carried && StatementNames.isOfName(failed)) {
            session.guard().names().doubt(session.driver(), "a statement failed with " + failed.getSQLState());
            remedy = Remedy.WITHOUT_NAME;
        } else {
            return Remedy.NOTHING;
        }
        if (!StatementNames.wasFirst(mark)) {
            return Remedy.NOTHING;
        }
        if (!session.connection().getAutoCommit()) {
            session.connection().rollback();
        }
        return session.transactionState() == TransactionState.IDLE ? remedy : Remedy.NOTHING;
    }

    /**
     * Makes the driver send what follows without a name.
     *
     * @return what {@link #resume} needs
     */
    static int suspend(VirtualSession session) throws SQLException {
        if (!session.areNamesCarried()) {
            return 0;
        }
        BaseConnection driver = session.driver();
        int threshold = driver.getPrepareThreshold();
        if (threshold != 0) {
            driver.setPrepareThreshold(0);
        }
        return threshold;
    }

    static void resume(VirtualSession session, int threshold) throws SQLException {
        if (threshold != 0 && !session.connection().isClosed()) {
            session.driver().setPrepareThreshold(threshold);
        }
    }
}
