package com.scrapersky.session.fuzz;

import com.scrapersky.session.internal.sql.NamedSql;
import com.scrapersky.session.internal.sql.Placeholder;
import com.scrapersky.session.internal.sql.SqlTextException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Parser;

/** A text with named parameters is scanned or refused, and the driver makes of it the caller's text with a number for each name. */
public final class ScannerTarget {

    private ScannerTarget() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        NamedSql sql;
        try {
            sql = NamedSql.of(new String(input, StandardCharsets.UTF_8));
        } catch (SqlTextException refused) {
            return;
        }
        int found = 0;
        List<NativeQuery> queries;
        try {
            queries = Parser.parseJdbcSql(sql.driverText(), true, true, true, false, true);
            for (NativeQuery query : queries) {
                found += query.bindPositions.length;
            }
        } catch (SQLException unreadable) {
            throw new AssertionError("the driver cannot read what the scanner wrote", unreadable);
        }
        if (found != sql.placeholders().size()) {
            throw new AssertionError("the driver finds " + found + " placeholders, the scanner wrote "
                    + sql.placeholders().size());
        }
        if (queries.size() == 1
                && sql.text().indexOf(';') < 0
                && !queries.get(0).nativeSql.equals(sent(sql))) {
            throw new AssertionError("the server gets something else than the caller's text");
        }
        if (sql.names().size() > found) {
            throw new AssertionError("a name without a placeholder");
        }
        for (int position = 0; position <= sql.driverText().length(); position += 7) {
            int original = sql.originalPosition(position);
            if (original < 0 || original > sql.text().length() + 1) {
                throw new AssertionError("position " + position + " is said to come from " + original);
            }
        }
    }

    private static String sent(NamedSql sql) {
        StringBuilder sent = new StringBuilder();
        int from = 0;
        int number = 1;
        for (Placeholder placeholder : sql.placeholders()) {
            sent.append(sql.text(), from, placeholder.start()).append('$').append(number++);
            sent.append(
                    switch (placeholder.surroundings()) {
                        case NULL_TEST -> "::text";
                        case QUESTION_MARK -> " ";
                        case INFERRED, ARGUMENT, ARGUMENT_OF_ANY_TYPE -> "";
                    });
            from = placeholder.end();
        }
        return sent.append(sql.text().substring(from)).toString();
    }
}
