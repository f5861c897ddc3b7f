package com.scrapersky.session.fuzz;

import com.scrapersky.session.internal.sql.GuardedSql;
import com.scrapersky.session.internal.sql.RoleChoices;
import com.scrapersky.session.internal.sql.SequenceTexts;
import com.scrapersky.session.internal.sql.SqlPart;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.regex.Pattern;
import org.postgresql.core.Parser;

/** What a text does to its session is said of any text, the same each time, and of as many statements as the driver finds. */
public final class GuardTarget {

    /** There the server's view counts, not the driver's: {@code SqlTokens} tells why. */
    private static final Pattern SERVERS_VIEW =
            Pattern.compile("(?is)e'.*(''|\\\\)|[\\x{80}-\\x{10FFFF}&&\\P{javaJavaIdentifierPart}](\\$|create)");

    private GuardTarget() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        GuardedSql guarded = GuardedSql.of(text);
        if (!guarded.features().equals(GuardedSql.of(text).features())) {
            throw new AssertionError("said in two ways");
        }
        SequenceTexts.draws(guarded);
        RoleChoices.of(text);
        for (SqlPart part : guarded.parts()) {
            if (part.replacement() == null || part.placeholders() < 0) {
                throw new AssertionError("a part without a form");
            }
        }
        int statements;
        try {
            statements =
                    Parser.parseJdbcSql(text, true, true, true, false, true).size();
        } catch (SQLException unreadable) {
            return;
        }
        if (statements != guarded.parts().size() && !SERVERS_VIEW.matcher(text).find()) {
            throw new AssertionError("the driver finds " + statements + " statements, the guard "
                    + guarded.parts().size());
        }
    }
}
