package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.sql.SqlPart;
import com.scrapersky.session.internal.sql.SqlPart.Kind;
import java.util.Locale;
import java.util.Set;

/**
 * Whether what the server runs in no transaction block, where nothing can be told in front of it, does as well without what
 * the session has set.
 */
final class OwnTransactions {

    /** How values are written and read: a pooler may have dropped what the driver asked for when it connected. */
    private static final Set<String> OF_LITERALS =
            Set.of("timezone", "datestyle", "intervalstyle", "application_name", "extra_float_digits");

    private OwnTransactions() {}

    static boolean standAlone(KnownText text, VirtualState state) {
        Settings session = state.session();
        return session.isEmpty()
                || (text.sql().parts().stream().allMatch(OwnTransactions::readsNoLiteral)
                        && session.asMap().keySet().stream()
                                .map(name -> name.toLowerCase(Locale.ROOT))
                                .allMatch(OF_LITERALS::contains));
    }

    /** Of these only an index may hold a value, in its condition, which is read when it is created. */
    private static boolean readsNoLiteral(SqlPart part) {
        if (part.kind() != Kind.OWN_TRANSACTION) {
            return false;
        }
        String sql = part.text().toLowerCase(Locale.ROOT);
        return !sql.contains("index") || !(sql.contains("'") || sql.contains("$"));
    }
}
