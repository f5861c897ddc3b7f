package com.scrapersky.session.internal.sql;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.SqlPart.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A {@link SqlPart} in the making. */
final class PartDraft {

    Kind kind = Kind.UTILITY;
    String name = "";
    boolean chain;
    boolean isolationGiven;
    boolean readOnlyGiven;
    boolean deferrableGiven;

    /** Most utility statements take one too (PostgreSQL, tcop/pquery.c: PlannedStmtRequiresSnapshot). */
    boolean snapshot = true;

    /** LOCK, and DECLARE of a cursor that ends with its transaction. */
    boolean needsBlock;

    boolean call;

    boolean definesCode;

    /** A DO block that executes statements with computed names. */
    boolean reachesAnything;

    /** Words in the code of a DO block. */
    final Set<String> words = new HashSet<>();

    final List<String> keeps = new ArrayList<>();
    final List<String> resets = new ArrayList<>();
    final Set<SessionFeature> features = EnumSet.noneOf(SessionFeature.class);

    private final List<Edit> edits = new ArrayList<>();
    private String substitute = "";

    private record Edit(int start, int end, String text) {}

    /** In the replacement, {@code text} stands for the characters {@code start} to {@code end}. */
    void edit(int start, int end, String text) {
        edits.add(new Edit(start, end, text));
    }

    void insert(int at, String text) {
        edit(at, at, text);
    }

    /** Replaces the whole statement. */
    void substitute(String text) {
        substitute = text;
    }

    void keep(String setting) {
        if (!keeps.contains(setting)) {
            keeps.add(setting);
        }
        resets.remove(setting);
        noteFeature(setting);
    }

    void reset(String setting) {
        if (!resets.contains(setting)) {
            resets.add(setting);
        }
        keeps.remove(setting);
        noteFeature(setting);
        if (setting.equals("session_authorization")) {
            // With it the role is gone (PostgreSQL, utils/init/miscinit.c: SetSessionAuthorization).
            reset("role");
        }
    }

    private void noteFeature(String setting) {
        features.add(Settings.featureOf(setting));
    }

    /** Gives the edits to another draft, whose text begins {@code offset} characters before this one's. */
    void copyEdits(PartDraft other, int offset) {
        edits.forEach(edit -> other.edit(edit.start + offset, edit.end + offset, edit.text));
    }

    SqlPart build(Statement statement) {
        String text = statement.tokens().text();
        int start = statement.startCharacter();
        int end = statement.endCharacter();
        String original = closed(statement, text.substring(start, end).strip());
        String replacement = original;
        if (!substitute.isEmpty()) {
            replacement = substitute;
        } else if (!edits.isEmpty()) {
            replacement = closed(statement, edited(text, start, end).strip());
        }
        return new SqlPart(
                kind,
                original,
                replacement,
                1,
                keeps,
                resets,
                features,
                name,
                placeholders(statement),
                chain,
                isolationGiven,
                readOnlyGiven,
                deferrableGiven,
                snapshot,
                needsBlock,
                call);
    }

    private String edited(String text, int start, int end) {
        edits.sort(Comparator.comparingInt(Edit::start));
        StringBuilder result = new StringBuilder(end - start + 16);
        int at = start;
        for (Edit edit : edits) {
            result.append(text, at, edit.start).append(edit.text);
            at = edit.end;
        }
        return result.append(text, at, end).toString();
    }

    /** A comment up to the end of the line gets its end, or it would swallow what is sent behind the statement. */
    private static String closed(Statement statement, String text) {
        int last = statement.to() - 1;
        int code = statement.has(last) ? statement.end(last) : statement.startCharacter();
        String rest = statement.tokens().text().substring(code, statement.endCharacter());
        return rest.contains("--") ? text + "\n" : text;
    }

    private static int placeholders(Statement statement) {
        int count = 0;
        for (int i = statement.from(); i < statement.to(); i++) {
            if (statement.is(i, TokenType.PARAMETER)) {
                count++;
            }
        }
        return count;
    }
}
