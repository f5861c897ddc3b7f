package com.scrapersky.session;

import com.scrapersky.session.internal.sql.NamedSql;
import com.scrapersky.session.internal.sql.SqlTextException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** The program's texts of statements, each scanned once: a known one costs one lookup. Thread-safe. */
final class ScannedTexts implements Function<String, NamedSql> {

    /** Texts are literals of the program, so this is reached only by SQL that is put together at run time. */
    private static final int KEPT = 2000;

    private final Map<String, NamedSql> scanned = new ConcurrentHashMap<>();

    /**
     * What a text says.
     *
     * @throws InvalidStatementException if it cannot be sent
     * @throws SessionUsageException if it would begin or end a transaction
     */
    @Override
    public NamedSql apply(String text) {
        NamedSql known = scanned.get(text);
        if (known != null) {
            return known;
        }
        try {
            NamedSql sql = NamedSql.of(text);
            if (!sql.transactionControl().isEmpty()) {
                throw Errors.usage(
                        sql.transactionControl().toUpperCase(Locale.ROOT) + " as the text of a statement",
                        "use write(…), openSession() or savepoint(…): a transaction begun or ended behind their back is"
                                + " neither committed nor rolled back as they promise");
            }
            if (scanned.size() >= KEPT) {
                scanned.clear();
            }
            scanned.put(text, sql);
            return sql;
        } catch (SqlTextException unreadable) {
            throw Errors.invalidStatement(
                    "the SQL text cannot be sent: " + unreadable.getMessage(), "mend the text of the statement");
        }
    }
}
