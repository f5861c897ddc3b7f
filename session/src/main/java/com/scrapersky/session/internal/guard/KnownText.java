package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.CopySql;
import com.scrapersky.session.internal.sql.GuardedSql;
import com.scrapersky.session.internal.sql.SequenceTexts.Draw;
import com.scrapersky.session.internal.sql.SqlPart;
import com.scrapersky.session.internal.sql.SqlPart.Kind;
import java.util.List;
import java.util.Set;

/**
 * What the guard knows about a text, found out once.
 *
 * @param sql the text, taken apart
 * @param features what executing it may touch, seen or unseen, that the policy does not simply allow
 * @param clean whether the text can go to any backend as it is, once the session's settings are there
 * @param local whether it does nothing that a transaction of any backend does not forget by itself, and goes out as it stands
 * @param names of custom settings that it may set, where it may set any unseen
 * @param roles that it asks to act as; such a text is never clean
 * @param draws the numbers that it is sure to draw from sequences
 * @param endsTransactions whether code that it reaches ends transactions
 * @param version of the knowledge about the database that this was made with
 */
record KnownText(
        GuardedSql sql,
        Set<SessionFeature> features,
        boolean clean,
        boolean local,
        Set<String> names,
        List<String> roles,
        List<Draw> draws,
        boolean endsTransactions,
        int version) {

    /** Stands for any text of a session that has its backend for itself. */
    static final KnownText UNWATCHED =
            new KnownText(GuardedSql.of(""), Set.of(), true, true, Set.of(), List.of(), List.of(), false, -1);

    /** Whether it is clean but for SET LOCAL, and asks for no role. */
    boolean isLocal() {
        return local && roles.isEmpty();
    }

    /** What {@link #local} says of a text of these features. */
    static boolean isLocal(GuardedSql sql, Set<SessionFeature> features) {
        return features.isEmpty()
                && !sql.definesCode()
                && sql.parts().stream().allMatch(part -> switch (part.kind()) {
                    case QUERY, UTILITY, SET_LOCAL -> part.replacement().equals(part.text());
                    default -> false;
                });
    }

    /** Whether it touches nothing of the session but its transactions. */
    boolean isStateless() {
        return features.isEmpty()
                && roles.isEmpty()
                && sql.parts().stream().allMatch(part -> switch (part.kind()) {
                    case QUERY, UTILITY, SET_LOCAL, SET_TRANSACTION -> true;
                    default -> part.controlsTransaction();
                });
    }

    /** COPY FROM STDIN given to a statement, which the driver refuses when the server asks for the rows. */
    boolean isCopyIn() {
        return sql.parts().size() == 1
                && sql.words().contains("stdin")
                && CopySql.of(sql.text()).fromClient();
    }

    boolean controlsTransactions() {
        return sql.parts().stream().anyMatch(SqlPart::controlsTransaction);
    }

    boolean mayHideState() {
        return mayHideState(features) || runsItsOwnCode();
    }

    /** Whether it may run code that it has defined itself, which no catalogue tells of yet. */
    private boolean runsItsOwnCode() {
        return sql.definesCode()
                && (sql.parts().size() > 1 || sql.parts().get(0).kind() == Kind.DO);
    }

    static boolean mayHideState(Set<SessionFeature> features) {
        return features.contains(SessionFeature.HIDDEN_SETTING) || features.contains(SessionFeature.COMPUTED_SETTING);
    }
}
