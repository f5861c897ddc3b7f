package com.scrapersky.session.doctor.internal.examine;

import com.scrapersky.session.PoolerProfile;
import com.scrapersky.session.PoolerProfile.Evidence;
import com.scrapersky.session.PoolerProfile.Mode;
import com.scrapersky.session.PoolerProfile.Pooler;
import com.scrapersky.session.PoolerProfile.StatementMode;
import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionFeature.Treatment;
import com.scrapersky.session.doctor.internal.report.Finding;
import com.scrapersky.session.doctor.internal.report.FindingKind;
import com.scrapersky.session.doctor.internal.report.Report;
import com.scrapersky.session.doctor.internal.report.Section;
import com.scrapersky.session.doctor.internal.report.Severity;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Tells what the library found out about the pooler, and what follows. The library is the only judge. */
final class Poolers {

    private Poolers() {}

    static void tell(PoolerProfile profile, Report report) {
        Section section = report.section("In between");
        boolean shared = profile.mode() == Mode.TRANSACTION;
        boolean certain = profile.evidence().stream().allMatch(Evidence::certain);
        section.fact("pooler", profile.pooler().title());
        section.fact("mode", mode(profile, certain));
        report.between(between(profile, certain));
        for (Evidence evidence : profile.evidence()) {
            section.fact(
                    "evidence",
                    evidence.observation() + ": " + evidence.conclusion()
                            + (evidence.certain() ? " (certain)" : " (likely)"));
        }
        Evidence statements = profile.statements().evidence();
        section.fact(
                "prepared statements",
                (profile.statementMode() == StatementMode.NAMED ? "may be named; " : "unnamed; ")
                        + statements.observation() + ": " + statements.conclusion());
        if (!shared) {
            return;
        }
        String seen = profile.evidence().stream().map(Evidence::observation).collect(Collectors.joining("; "));
        report.add(certain ? FindingKind.POOLER_TRANSACTION_MODE : FindingKind.POOLER_MODE_ASSUMED, seen);
        if (profile.pooler() == Pooler.UNKNOWN) {
            report.add(FindingKind.POOLER_UNKNOWN, seen);
        }
        if (profile.statementMode() == StatementMode.UNNAMED) {
            Finding finding = Finding.of(
                    FindingKind.STATEMENTS_UNNAMED,
                    profile.pooler().title() + (certain ? " in transaction mode" : ", its mode is assumed"));
            report.add(certain ? finding : finding.as(Severity.INFO));
        }
        if (profile.pooler() == Pooler.ODYSSEY && profile.statementMode() == StatementMode.NAMED) {
            report.add(FindingKind.POOLER_LOSES_COUNT, statements.observation());
        }
        profile.warnings().stream()
                .filter(warning -> !warning.startsWith(Pooler.ODYSSEY.title()))
                .forEach(warning -> report.add(FindingKind.URL_SETTING_UNSAFE, warning));
        state(report);
    }

    private static String between(PoolerProfile profile, boolean certain) {
        String through = " through " + profile.pooler().title();
        return switch (profile.mode()) {
            case DIRECT -> ", nothing in between";
            case SESSION -> through + " in session mode";
            case TRANSACTION ->
                certain
                        ? through + " in transaction mode"
                        : isLikelySession(profile)
                                ? through + ", in session mode as it seems"
                                : through + ", whose mode does not show";
        };
    }

    private static boolean isLikelySession(PoolerProfile profile) {
        return profile.evidence().stream()
                .anyMatch(evidence -> evidence.conclusion().startsWith("session mode"));
    }

    private static String mode(PoolerProfile profile, boolean certain) {
        if (profile.mode() != Mode.TRANSACTION || certain) {
            return Address.shown(profile.mode());
        }
        return isLikelySession(profile)
                ? "session, likely; treated as transaction, which is safe in both"
                : "transaction (assumed)";
    }

    private static void state(Report report) {
        Section section = report.section("Session state");
        section.fact(
                "without help",
                "each of these stays on the backend and reaches whoever gets it next, or is lost with it");
        section.fact("Sky Session keeps for its own session", features(Treatment.VIRTUALISE));
        section.fact("moves to sessionUrl, else is refused", features(Treatment.MOVE));
        section.fact("refused", features(Treatment.REFUSE));
        section.fact("more", "docs/poolers.md, class by class; doctor scan finds it in a program");
    }

    private static String features(Treatment treatment) {
        return Arrays.stream(SessionFeature.values())
                .filter(feature -> feature.treatment() == treatment)
                .map(SessionFeature::id)
                .collect(Collectors.joining(", "));
    }
}
