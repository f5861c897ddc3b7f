package com.scrapersky.session.internal.sql;

import com.scrapersky.session.SessionFeature;
import java.util.Locale;
import java.util.Set;

/**
 * What the body of a function, a procedure or a DO block may do to the session it runs in.
 *
 * @param features what it does: {@link SessionFeature#HIDDEN_SETTING} for whatever sets something for the session, also
 *     where it executes text that is not known before, and the feature itself for anything else
 * @param settings names, in lower case, of the settings that it is seen to set for the session
 * @param words every identifier in it, in lower case, and the words of its strings where it executes computed text
 * @param reachesAnything whether it executes statements whose names are computed, so that any object may be meant
 * @param endsTransaction whether it commits or rolls back, which a procedure may
 * @param definesCode whether it creates, alters or drops what can hold code
 */
public record CodeBody(
        Set<SessionFeature> features,
        Set<String> settings,
        Set<String> words,
        boolean reachesAnything,
        boolean endsTransaction,
        boolean definesCode) {

    public CodeBody {
        features = Set.copyOf(features);
        settings = Set.copyOf(settings);
        words = Set.copyOf(words);
    }

    /** Reads the source of code in {@code language}, a name of pg_language. */
    public static CodeBody of(String language, String source) {
        String name = language.toLowerCase(Locale.ROOT);
        if (name.equals("plpgsql") || name.equals("sql")) {
            return new CodeReader(SqlTokens.of(source).whole()).read();
        }
        return new ForeignCodeReader(name, source).read();
    }
}
