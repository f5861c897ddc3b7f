package com.scrapersky.session.doctor.internal.report;

/**
 * Something to know or to change.
 *
 * @param severity as its kind has it, or otherwise where the circumstances ask for that
 * @param evidence what was seen
 * @param remedy what to do
 */
public record Finding(FindingKind kind, Severity severity, String evidence, String remedy) {

    /** With its kind's own severity and remedy. */
    public static Finding of(FindingKind kind, String evidence) {
        return new Finding(kind, kind.severity(), evidence, kind.remedy());
    }

    public Finding as(Severity other) {
        return new Finding(kind, other, evidence, remedy);
    }

    /** With a remedy that knows more than the general one. */
    public Finding remedy(String other) {
        return new Finding(kind, severity, evidence, other);
    }
}
