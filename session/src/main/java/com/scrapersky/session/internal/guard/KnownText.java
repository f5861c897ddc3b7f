package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.GuardedSql;
import java.util.Set;

/**
 * What the guard knows about a text, found out once.
 *
 * @param sql the text, taken apart
 * @param features what executing it may touch, seen or unseen, that the policy does not simply allow
 * @param clean whether the text can go to any backend as it is, once the session's settings are there
 * @param version of the knowledge about the database that this was made with
 */
record KnownText(GuardedSql sql, Set<SessionFeature> features, boolean clean, int version) {

    /** Stands for any text of a session that has its backend for itself. */
    static final KnownText UNWATCHED = new KnownText(GuardedSql.of(""), Set.of(), true, -1);

    boolean mayHideState() {
        return features.contains(SessionFeature.HIDDEN_SETTING);
    }
}
