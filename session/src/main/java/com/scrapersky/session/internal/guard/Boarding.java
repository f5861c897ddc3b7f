package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionFeature.Treatment;
import com.scrapersky.session.internal.sql.RoleChoices;
import com.scrapersky.session.internal.sql.SqlPart;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import org.postgresql.core.TransactionState;

/**
 * Lets a text, or a call of the driver's own, go on board of a session's connection: it stays there, moves to a backend of its
 * own first, or is refused by its name.
 */
final class Boarding {

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private Boarding() {}

    /**
     * Makes ready for a text that is not straight: refuses it, or moves to a backend of its own.
     *
     * @return whether it can go out as it is now
     */
    static boolean board(VirtualSession session, KnownText text) throws SQLException {
        session.happened();
        ContextSettings context = session.context();
        if (context != null) {
            requireWithinContext(session, context, text);
        }
        for (SessionFeature feature : text.features()) {
            switch (session.guard().treatment(feature)) {
                case REFUSE -> refuse(session, feature, text);
                case WARN -> session.guard().warn(feature);
                case MOVE -> {
                    if (session.isBackendKept()) {
                        session.usesBackend(feature);
                    } else if (needsBackend(session, feature, text)) {
                        moveFor(session, feature);
                    }
                }
                default -> {
                    // Virtualised by the flight, or let through.
                }
            }
            if (session.hasOwnBackend()) {
                return true;
            }
        }
        // With a context, what takes on another role is followed closely.
        return session.isSettled() && (text.clean() || (text.local() && context == null));
    }

    private static void refuse(VirtualSession session, SessionFeature feature, KnownText text) throws SQLException {
        if (feature != SessionFeature.SEQUENCE_STATE || session.guard().isChosen(feature)) {
            throw session.guard().refusal(feature, "refused by the policy of this factory");
        }
        // Unless a program wants none of it: where the number was drawn in the open transaction, the answer is right.
        if (session.isBackendKept()) {
            session.usesBackend(feature);
        } else {
            needsBackend(session, feature, text);
        }
    }

    /** Before a call of the driver's own that needs {@code feature}. */
    static void reach(VirtualSession session, SessionFeature feature) throws SQLException {
        if (session.hasOwnBackend()) {
            return;
        }
        switch (session.guard().treatment(feature)) {
            case REFUSE -> throw session.guard().refusal(feature, "refused by the policy of this factory");
            case WARN -> session.guard().warn(feature);
            case MOVE -> moveFor(session, feature);
            default -> {
                // Let through.
            }
        }
    }

    /** Whether a text can go out together with others, behind the session's settings. */
    static boolean travels(VirtualSession session, KnownText text) {
        return text.clean() || (session.context() == null && text.isLocal());
    }

    /** What virtual state a text asks for that a call of the driver's cannot carry. */
    static void refuseInCall(VirtualSession session, KnownText text, String call) throws SQLException {
        for (SessionFeature feature : text.features()) {
            if (session.guard().treatment(feature) == Treatment.VIRTUALISE
                    && feature != SessionFeature.HIDDEN_SETTING
                    && feature != SessionFeature.COMPUTED_SETTING) {
                throw session.guard().refusal(feature, "in " + call + ", which the driver sends in one piece");
            }
        }
    }

    /** What would leave the context behind is refused; what code in the database does is not seen. */
    private static void requireWithinContext(VirtualSession session, ContextSettings bound, KnownText text)
            throws SQLException {
        for (SqlPart part : text.sql().parts()) {
            if (part.kind() == SqlPart.Kind.OWN_TRANSACTION) {
                throw session.guard()
                        .refusal(
                                SessionFeature.OWN_TRANSACTION,
                                "in a session with a context, whose role and settings hold within transactions only; use"
                                        + " withContext(SessionContext.none()) for it");
            }
        }
        if (bound.role() == null) {
            return;
        }
        for (String role : text.roles()) {
            if (!session.guard().isAllowed(role)) {
                throw new SQLNonTransientException(
                        (role.equals(RoleChoices.COMPUTED)
                                        ? "a role that is computed, or another login,"
                                        : "the role " + role)
                                + " cannot be taken on in a session whose context has a role: only the roles of the factory ("
                                + session.guard().allowedRoles()
                                + ") can, each as a literal. RESET ROLE goes back to the context's; for the login's own rights"
                                + " use withContext(SessionContext.none())",
                        INSUFFICIENT_PRIVILEGE);
            }
        }
    }

    private static boolean needsBackend(VirtualSession session, SessionFeature feature, KnownText text)
            throws SQLException {
        switch (feature) {
            case SEQUENCE_STATE -> {
                // Its sequence was advanced in the transaction that is open, on the backend that it holds.
                if (!SequenceUse.answersFor(
                        text.sql(),
                        session.state().drawn(),
                        session.transactionState() != TransactionState.IDLE,
                        session.connection())) {
                    throw session.guard()
                            .refusal(
                                    feature, "a backend of the pooler's may have drawn it, which is not held any more");
                }
                return false;
            }
            case OWN_TRANSACTION -> {
                return session.connection().getAutoCommit()
                        && !session.isInTransaction()
                        && !OwnTransactions.standAlone(text, session.state());
            }
            default -> {
                return true;
            }
        }
    }

    /** Goes on with a backend of its own, at a transaction's boundary, or refuses. */
    private static void moveFor(VirtualSession session, SessionFeature feature) throws SQLException {
        if (session.hasOwnBackend() || session.isBackendKept()) {
            return;
        }
        SessionConnections sessions = session.guard().sessions();
        if (sessions == null) {
            throw session.guard().refusal(feature, "the pooler gives each transaction another backend");
        }
        if (session.isInTransaction()) {
            throw session.guard()
                    .refusal(feature, "it was first used within a transaction that already runs on a shared backend");
        }
        Connection target = sessions.borrow(feature);
        try {
            // What a context asks for goes on being told to each transaction, so that RESET cannot leave it.
            SessionMove.carryOver(
                    session.connection(),
                    target,
                    session.context() == null ? session.state().session() : Settings.NONE);
        } catch (SQLException failed) {
            target.close();
            throw failed;
        }
        session.goOnWith(target, feature);
    }
}
