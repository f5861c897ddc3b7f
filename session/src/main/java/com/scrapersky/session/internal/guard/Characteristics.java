package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.sql.SqlPart;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a session chooses for its transactions as such, isolation, access mode and deferrable, told by SET TRANSACTION. */
final class Characteristics {

    private static final String ISOLATION = "default_transaction_isolation";
    private static final String READ_ONLY = "default_transaction_read_only";
    private static final String DEFERRABLE = "default_transaction_deferrable";

    private Characteristics() {}

    /** Whether a setting is told by the transaction's own characteristics. */
    static boolean areChosenBy(String setting) {
        return setting.equals(ISOLATION) || setting.equals(READ_ONLY) || setting.equals(DEFERRABLE);
    }

    /**
     * The statement that tells them, which must come before anything that takes a snapshot.
     *
     * @param own what the caller's own statement chooses, which is left to it
     * @param readOnlyByDriver whether the driver begins the transaction as one that only reads
     * @param readWrite whether that has to be undone
     * @return null where there is nothing to tell
     */
    static @Nullable String statement(
            Settings session, @Nullable SqlPart own, boolean readOnlyByDriver, boolean readWrite) {
        StringBuilder modes = new StringBuilder();
        String isolation = session.get(ISOLATION);
        if (isolation != null && (own == null || !own.isolationGiven())) {
            modes.append(" ISOLATION LEVEL ").append(isolationName(isolation));
        }
        String readOnly = session.get(READ_ONLY);
        if (readOnly != null && !readOnlyByDriver && (own == null || !own.readOnlyGiven())) {
            modes.append(modes.isEmpty() ? "" : ",").append(isOn(readOnly) ? " READ ONLY" : " READ WRITE");
        }
        if (readWrite) {
            boolean only = readOnly != null && isOn(readOnly);
            modes.append(modes.isEmpty() ? "" : ",").append(only ? " READ ONLY" : " READ WRITE");
        }
        String deferrable = session.get(DEFERRABLE);
        if (deferrable != null && (own == null || !own.deferrableGiven())) {
            modes.append(modes.isEmpty() ? "" : ",").append(isOn(deferrable) ? " DEFERRABLE" : " NOT DEFERRABLE");
        }
        return modes.isEmpty() ? null : "SET TRANSACTION" + modes;
    }

    private static boolean isOn(String value) {
        return value.equals("on");
    }

    /** The words of a server's setting are known; anything else was never accepted by one. */
    private static String isolationName(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "serializable" -> "SERIALIZABLE";
            case "repeatable read" -> "REPEATABLE READ";
            case "read uncommitted" -> "READ UNCOMMITTED";
            default -> "READ COMMITTED";
        };
    }
}
