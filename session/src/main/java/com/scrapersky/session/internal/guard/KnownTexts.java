package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionFeature.Treatment;
import com.scrapersky.session.internal.sql.GuardedSql;
import com.scrapersky.session.internal.sql.RoleChoices;
import com.scrapersky.session.internal.sql.SequenceTexts;
import com.scrapersky.session.internal.sql.SqlPart;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** The texts that a program has executed, with what each does to its session by itself and by the code it reaches. Thread-safe. */
final class KnownTexts {

    /** Texts are literals of the program, so this is reached only by SQL that is put together at run time. */
    private static final int TEXTS_KEPT = 5000;

    private final CodeWatch code;
    private final Function<SessionFeature, Treatment> policy;
    private final Map<String, KnownText> texts = new ConcurrentHashMap<>();
    private final Map<List<String>, String> settingsTexts = new ConcurrentHashMap<>();

    KnownTexts(CodeWatch code, Function<SessionFeature, Treatment> policy) {
        this.code = code;
        this.policy = policy;
    }

    /** One lookup for a text that was met before. */
    KnownText know(String sql) {
        KnownText known = texts.get(sql);
        return known != null ? known : learn(sql);
    }

    private KnownText learn(String sql) {
        // What is learned while the catalogue is to be read again is not kept.
        int current = code.isStale() ? -1 : code.version();
        GuardedSql guarded = GuardedSql.of(sql);
        Set<SessionFeature> features = EnumSet.noneOf(SessionFeature.class);
        features.addAll(guarded.features());
        if (guarded.parts().stream().anyMatch(KnownTexts::runsCode)) {
            features.addAll(code.hidden().reachedBy(guarded));
        }
        boolean endsTransactions = features.contains(SessionFeature.OWN_TRANSACTION);
        features.removeIf(feature -> policy.apply(feature) == Treatment.ALLOW);
        Set<String> names =
                KnownText.mayHideState(features) || guarded.definesCode() ? SettingNames.inQuotes(sql) : Set.of();
        List<String> choices = RoleChoices.of(sql);
        KnownText text = new KnownText(
                guarded,
                Set.copyOf(features),
                guarded.isPlain() && features.isEmpty() && choices.isEmpty() && !guarded.definesCode(),
                KnownText.isLocal(guarded, features),
                names,
                choices,
                SequenceTexts.draws(guarded),
                endsTransactions,
                current);
        if (texts.size() >= TEXTS_KEPT) {
            texts.clear();
        }
        if (current == code.version()) {
            texts.put(sql, text);
        }
        return text;
    }

    /** What is known about the database has changed, and with it what is known about texts. */
    void forget() {
        texts.clear();
    }

    /** The statement that tells a backend settings of these names, their values its parameters; put together once. */
    String settingsText(List<String> names) {
        String known = settingsTexts.get(names);
        if (known != null) {
            return known;
        }
        if (settingsTexts.size() >= TEXTS_KEPT) {
            settingsTexts.clear();
        }
        String made = SettingStatements.telling(names);
        settingsTexts.put(names, made);
        return made;
    }

    /** Whether a statement can reach code at all: a keyword may well be the name of a function, too. */
    private static boolean runsCode(SqlPart part) {
        return switch (part.kind()) {
            case SET, SET_LOCAL, RESET, RESET_ALL, CHARACTERISTICS, DISCARD_ALL, SET_TRANSACTION -> false;
            case BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, ROLLBACK_TO, PREPARE_TRANSACTION -> false;
            case QUERY, UTILITY, SET_CONFIG, OWN_TRANSACTION, DO -> true;
        };
    }
}
