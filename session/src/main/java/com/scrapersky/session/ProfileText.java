package com.scrapersky.session;

import com.scrapersky.session.PoolerProfile.Evidence;
import com.scrapersky.session.PoolerProfile.Mode;
import com.scrapersky.session.PoolerProfile.Parameter;
import com.scrapersky.session.PoolerProfile.Statements;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** A profile in words: for the log at start, and for whoever asks why a parameter has its value. */
final class ProfileText {

    private ProfileText() {}

    static String of(PoolerProfile profile) {
        StringBuilder text = new StringBuilder();
        text.append(
                profile.mode() == Mode.DIRECT
                        ? "direct connection"
                        : profile.pooler().title() + " in " + word(profile.mode()) + " mode");
        text.append(", ").append(word(profile.statementMode())).append(" statements");
        for (Evidence evidence : profile.evidence()) {
            text.append("\n  evidence: ")
                    .append(evidence.observation())
                    .append(": ")
                    .append(evidence.conclusion());
            text.append(evidence.certain() ? " (certain)" : " (likely)");
        }
        Statements statements = profile.statements();
        text.append("\n  statements: ").append(word(statements.mode())).append(" since ");
        text.append(statements.since().truncatedTo(ChronoUnit.SECONDS)).append(": ");
        text.append(statements.evidence().observation()).append(": ");
        text.append(statements.evidence().conclusion());
        text.append(statements.evidence().certain() ? " (certain)" : " (likely)");
        for (Parameter parameter : profile.parameters()) {
            text.append("\n  ").append(parameter.name()).append(" = ").append(parameter.value());
            text.append("  [").append(word(parameter.origin())).append("] ").append(parameter.reason());
        }
        for (String warning : profile.warnings()) {
            text.append("\n  warning: ").append(warning);
        }
        for (String note : profile.notes()) {
            text.append("\n  note: ").append(note);
        }
        return text.toString();
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
