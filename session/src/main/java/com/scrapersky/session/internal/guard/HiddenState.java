package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.GuardedSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a look at a statement's text cannot see: functions, triggers, views, rules, defaults, checks, policies and the like
 * that do something to the session.
 *
 * <p>The catalogue is read once; from then on a text is clean if it holds no <em>name</em> that reaches such code, and
 * finding that out costs a few look-ups. Names are compared without regard to case and schema, and overloads are taken
 * together: what is not certain counts as reaching. A text that writes to nothing does not reach triggers.
 *
 * <p>Code that executes text which it does not hold (an argument, a table's content) is taken to set something, and to
 * reach whatever any name reaches; which setting it sets cannot be told. Not seen at all:
 *
 * <ul>
 *   <li>code in C, except for the extensions' functions that are known by name
 *   <li>SQL in an argument of a function of PostgreSQL's own: {@code query_to_xml('select …')}
 *   <li>what is created after the reading; {@link GuardedSql#definesCode()} tells when to read again
 * </ul>
 *
 * <p>Immutable, safe to use from several threads.
 */
public final class HiddenState {

    private static final HiddenState NONE = new HiddenState(Map.of(), Set.of(), Set.of(), Set.of(), Set.of());

    private static final Set<SessionFeature> HIDDEN_SETTING = Set.of(SessionFeature.HIDDEN_SETTING);

    /** What a text does is not known, so that each may set something. */
    private static final HiddenState UNKNOWN =
            new HiddenState(Map.of(), HIDDEN_SETTING, Set.of(), HIDDEN_SETTING, Set.of());

    /** insufficient_privilege */
    private static final String NO_PRIVILEGE = "42501";

    /** Where none of these words stands, no trigger fires and no default is computed. */
    private static final Set<String> WRITES =
            Set.of("insert", "update", "delete", "merge", "copy", "truncate", "alter", "create", "refresh");

    /** Where none of these stands, no event trigger fires (PostgreSQL, tcop/cmdtaglist.h). */
    private static final Set<String> DDL = Set.of(
            "alter",
            "comment",
            "create",
            "drop",
            "grant",
            "import",
            "into",
            "refresh",
            "reindex",
            "revoke",
            "security");

    /** What executing a statement with a name in it may do. */
    record Reach(Set<SessionFeature> reading, Set<SessionFeature> writing) {}

    private final Map<String, Reach> names;
    private final Set<SessionFeature> byAnything;
    private final Set<SessionFeature> byDdl;
    private final Set<SessionFeature> all;
    private final Set<String> settings;

    HiddenState(
            Map<String, Reach> names,
            Set<SessionFeature> byAnything,
            Set<SessionFeature> byDdl,
            Set<SessionFeature> all,
            Set<String> settings) {
        this.names = new HashMap<>(names);
        this.byAnything = Set.copyOf(byAnything);
        this.byDdl = Set.copyOf(byDdl);
        this.all = Set.copyOf(all);
        this.settings = Set.copyOf(settings);
    }

    /** Of a database whose code leaves sessions as they are. */
    public static HiddenState none() {
        return NONE;
    }

    /**
     * Reads the catalogue of the connection's database: one round trip where no code touches the session, three where
     * some does. Changes nothing. A role from whom the catalogue is kept, which every role may read by default, gets a
     * state in which every text may set something.
     */
    public static HiddenState read(Connection connection) throws SQLException {
        try {
            return CodeGraph.read(new Catalogue(connection));
        } catch (SQLException e) {
            if (NO_PRIVILEGE.equals(e.getSQLState())) {
                return UNKNOWN;
            }
            throw e;
        }
    }

    /** What executing the text may do to the session unseen; empty for a clean text. */
    public Set<SessionFeature> reachedBy(GuardedSql text) {
        if (isEmpty()) {
            return Set.of();
        }
        if (text.reachesAnything()) {
            return virtual(all);
        }
        Set<SessionFeature> reached = EnumSet.noneOf(SessionFeature.class);
        reached.addAll(byAnything);
        boolean writes = writes(text.words());
        for (String word : text.words()) {
            Reach reach = names.get(word);
            if (reach != null) {
                reached.addAll(reach.reading());
                if (writes) {
                    reached.addAll(reach.writing());
                }
            }
        }
        if (!byDdl.isEmpty() && definesObjects(text.words())) {
            reached.addAll(byDdl);
        }
        return reached;
    }

    /** Names, in lower case, of the settings that such code is known to set for the session. */
    public Set<String> customSettings() {
        return settings;
    }

    /** Whether no text can reach such code. */
    public boolean isEmpty() {
        return all.isEmpty();
    }

    /**
     * What a name that is computed may lead to. Settings are taken back wherever they come from; to refuse all code that
     * computes a name, because some other code takes a lock, would refuse what is sound.
     */
    static Set<SessionFeature> virtual(Set<SessionFeature> features) {
        Set<SessionFeature> virtual = EnumSet.noneOf(SessionFeature.class);
        for (SessionFeature feature : features) {
            if (feature.treatment() == SessionFeature.Treatment.VIRTUALISE) {
                virtual.add(feature);
            }
        }
        return virtual;
    }

    static boolean writes(Set<String> words) {
        return words.stream().anyMatch(WRITES::contains);
    }

    /** SELECT … INTO creates a table, INSERT INTO does not. */
    static boolean definesObjects(Set<String> words) {
        return words.stream()
                .anyMatch(word -> DDL.contains(word)
                        && !(word.equals("into") && (words.contains("insert") || words.contains("merge"))));
    }

    /** A name as texts are compared with it. */
    static String name(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
