package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.GuardedSql;
import com.scrapersky.session.internal.sql.SequenceTexts.Draw;
import com.scrapersky.session.internal.sql.SqlPart.Kind;
import java.util.List;
import java.util.Set;

/**
 * What the guard knows about a text, found out once.
 *
 * @param sql the text, taken apart
 * @param features what executing it may touch, seen or unseen, that the policy does not simply allow
 * @param clean whether the text can go to any backend as it is, once the session's settings are there
 * @param names of custom settings that it may set, where it may set any unseen
 * @param roles that it asks to act as; such a text is never clean
 * @param draws the numbers that it is sure to draw from sequences
 * @param version of the knowledge about the database that this was made with
 */
record KnownText(
        GuardedSql sql,
        Set<SessionFeature> features,
        boolean clean,
        Set<String> names,
        List<String> roles,
        List<Draw> draws,
        int version) {

    /** Stands for any text of a session that has its backend for itself. */
    static final KnownText UNWATCHED =
            new KnownText(GuardedSql.of(""), Set.of(), true, Set.of(), List.of(), List.of(), -1);

    /** Whether it is clean but for SET LOCAL, which a transaction of any backend forgets by itself. */
    boolean isLocal() {
        return features.isEmpty()
                && roles.isEmpty()
                && sql.parts().stream()
                        .allMatch(part -> part.kind() == Kind.QUERY
                                || part.kind() == Kind.UTILITY
                                || part.kind() == Kind.SET_LOCAL);
    }

    boolean mayHideState() {
        return mayHideState(features);
    }

    static boolean mayHideState(Set<SessionFeature> features) {
        return features.contains(SessionFeature.HIDDEN_SETTING) || features.contains(SessionFeature.COMPUTED_SETTING);
    }
}
