package com.scrapersky.session.doctor.internal.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** A report for people. */
public final class TextReport {

    private final PrintStream out;
    private final Style style;
    private final int columns;

    public TextReport(PrintStream out, Style style, int columns) {
        this.columns = columns;
        this.out = out;
        this.style = style;
    }

    /** Prints all of it, nothing to paste. */
    public void print(Report report) {
        report.sections().forEach(this::print);
        printEnd(report, List.of());
    }

    /**
     * Prints what comes after the sections.
     *
     * @param paste the tools whose configuration is shown
     */
    public void printEnd(Report report, List<String> paste) {
        for (String tool : report.tools()) {
            if (paste.contains(tool)) {
                out.println(style.heading("To paste: " + tool));
                report.configurations().getOrDefault(tool, "").lines().forEach(line -> out.println("  " + line));
                out.println();
            }
        }
        List<Finding> findings = report.findings();
        if (!findings.isEmpty()) {
            out.println(style.heading("Findings"));
            findings.forEach(this::print);
            out.println();
        }
        out.println(verdict(report));
    }

    /** Prints one subject, as soon as it is known. */
    public void print(Section section) {
        out.println(style.heading(section.title()));
        int width = section.facts().stream()
                .mapToInt(fact -> fact.label().length())
                .max()
                .orElse(0);
        for (Fact fact : section.facts()) {
            List<String> lines = wrapped(fact.value(), columns - width - 4);
            for (int i = 0; i < lines.size(); i++) {
                String label = i == 0 ? fact.label() : "";
                out.println("  " + style.faint(label) + " ".repeat(width - label.length() + 2) + lines.get(i));
            }
        }
        out.println();
    }

    private void print(Finding finding) {
        FindingKind kind = finding.kind();
        out.println("  " + style.mark(finding.severity()) + "  " + style.heading(kind.title()) + "  "
                + style.faint("[" + kind.id() + "]"));
        detail("seen", finding.evidence());
        detail("means", kind.meaning());
        detail("do", finding.remedy());
        detail("more", kind.link());
    }

    private void detail(String label, String text) {
        List<String> lines = wrapped(text, columns - 11);
        for (int i = 0; i < lines.size(); i++) {
            String shown = i == 0 ? label : "";
            out.println("    " + style.faint(shown) + " ".repeat(7 - shown.length()) + lines.get(i));
        }
    }

    private String verdict(Report report) {
        long errors = count(report, Severity.ERROR);
        long warnings = count(report, Severity.WARNING);
        String counted = errors
                + (errors == 1 ? " error, " : " errors, ")
                + warnings
                + (warnings == 1 ? " warning." : " warnings.");
        return switch (report.outcome()) {
            case EXAMINED ->
                errors + warnings == 0
                        ? style.good("Healthy: connected" + report.between() + ".")
                        : "Connected" + report.between() + "; " + counted;
            case READ_ONLY_THE_URL -> "Nobody was asked; " + counted;
            case NOT_CONNECTED -> "Not connected; " + counted;
            case NOT_AUTHENTICATED -> "Not let in; " + counted;
        };
    }

    private static long count(Report report, Severity severity) {
        return report.findings().stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }

    static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        for (String given : text.lines().toList()) {
            StringBuilder line = new StringBuilder();
            for (String word : given.split(" ", -1)) {
                if (line.length() > 0 && line.length() + 1 + word.length() > width) {
                    lines.add(line.toString());
                    line.setLength(0);
                }
                line.append(line.length() == 0 ? "" : " ").append(word);
            }
            lines.add(line.toString());
        }
        return lines.isEmpty() ? List.of("") : lines;
    }
}
