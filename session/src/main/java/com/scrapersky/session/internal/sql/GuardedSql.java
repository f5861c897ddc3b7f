package com.scrapersky.session.internal.sql;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.SqlPart.Kind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A SQL text as given to JDBC, split into its statements as pgjdbc splits it, with what each does to the session.
 *
 * <p>Like the driver with PostgreSQL's default, it takes backslashes in plain strings literally
 * ({@code standard_conforming_strings}). Made once per text, in time linear in its length; its user caches it. Immutable.
 */
public final class GuardedSql {

    private final String text;
    private final List<SqlPart> parts;
    private final Set<SessionFeature> features;
    private final Set<String> words;
    private final boolean plain;
    private final boolean reachesAnything;
    private final boolean definesCode;
    private final boolean pure;

    private GuardedSql(
            String text,
            List<SqlPart> parts,
            Set<String> words,
            boolean reachesAnything,
            boolean definesCode,
            boolean pure) {
        this.text = text;
        this.parts = List.copyOf(parts);
        Set<SessionFeature> all = EnumSet.noneOf(SessionFeature.class);
        parts.forEach(part -> all.addAll(part.features()));
        this.features = Set.copyOf(all);
        this.words = Set.copyOf(words);
        this.plain = all.isEmpty()
                && parts.stream().allMatch(part -> part.kind() == Kind.QUERY || part.kind() == Kind.UTILITY);
        this.reachesAnything = reachesAnything;
        this.definesCode = definesCode;
        this.pure = pure;
    }

    /**
     * Never throws. A text whose last quote or comment does not end is split as the driver splits it, and the server
     * refuses the part that does not end.
     */
    public static GuardedSql of(String text) {
        SqlTokens tokens = SqlTokens.of(text);
        List<SqlPart> parts = new ArrayList<>(tokens.statements());
        Set<String> words = new HashSet<>();
        boolean reachesAnything = false;
        boolean definesCode = false;
        for (int i = 0; i < tokens.statements(); i++) {
            Statement statement = tokens.statement(i);
            PartDraft draft = PartReader.read(statement);
            parts.add(draft.build(statement));
            words.addAll(draft.words);
            reachesAnything |= draft.reachesAnything;
            definesCode |= draft.definesCode;
        }
        Statement whole = tokens.whole();
        for (int i = 0; i < tokens.count(); i++) {
            if (whole.isIdentifier(i)) {
                words.add(SqlNames.lowerCase(whole.identifier(i)));
            }
        }
        boolean pure = tokens.statements() == 1 && PureQueries.isOne(tokens.statement(0));
        return new GuardedSql(text, parts, words, reachesAnything, definesCode, pure);
    }

    public String text() {
        return text;
    }

    /** Whether there is nothing to do about it: queries and utility statements that leave the session as it is. */
    public boolean isPlain() {
        return plain;
    }

    /** Its statements, as many as pgjdbc finds in it: none in a text of blanks, an empty one for a comment alone. */
    public List<SqlPart> parts() {
        return parts;
    }

    /** What its statements do to the session. */
    public Set<SessionFeature> features() {
        return features;
    }

    /**
     * Whether one of the names, given in lower case, stands in it: as an identifier, quoted or not, compared without
     * regard to case, or anywhere in the code of a DO block. A DO block that computes names may mean any.
     */
    public boolean mentions(Set<String> lowerCaseNames) {
        if (lowerCaseNames.isEmpty()) {
            return false;
        }
        return reachesAnything || words.stream().anyMatch(lowerCaseNames::contains);
    }

    /** The identifiers in it, and the words in the code of its DO blocks, in lower case. */
    public Set<String> words() {
        return words;
    }

    /** Whether a DO block in it executes statements with computed names, so that any object may be meant. */
    public boolean reachesAnything() {
        return reachesAnything;
    }

    /** Whether it creates, alters or drops what can hold code: functions, triggers, rules, views, tables, extensions … */
    public boolean definesCode() {
        return definesCode;
    }

    /** Whether it is one query that only reads, as far as its text tells, so that executing it twice does no harm. */
    public boolean isPure() {
        return pure;
    }
}
