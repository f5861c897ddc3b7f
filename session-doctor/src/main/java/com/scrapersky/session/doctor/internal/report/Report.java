package com.scrapersky.session.doctor.internal.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** All that an examination tells, each section to its listener as soon as it is complete. Not thread-safe. */
public final class Report {

    private final List<Section> sections = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, String> configurations = new LinkedHashMap<>();
    private Outcome outcome = Outcome.READ_ONLY_THE_URL;
    private Consumer<Section> listener = section -> {};
    private int told;
    private String between = "";

    /** Who is told of each section once it is complete. */
    public void tell(Consumer<Section> told) {
        listener = told;
    }

    /** Begins a subject, and with it completes the one before; those without facts are not told. */
    public Section section(String title) {
        complete();
        Section section = new Section(title);
        sections.add(section);
        return section;
    }

    /** Tells the last section, too: there comes no other. */
    public void complete() {
        while (told < sections.size()) {
            Section section = sections.get(told++);
            if (!section.facts().isEmpty()) {
                listener.accept(section);
            }
        }
    }

    public void add(Finding finding) {
        findings.add(finding);
    }

    public void add(FindingKind kind, String evidence) {
        findings.add(Finding.of(kind, evidence));
    }

    /** What to paste, by the name of the tool. */
    public void configuration(String tool, String text) {
        configurations.put(tool, text);
    }

    public void outcome(Outcome reached) {
        outcome = reached;
    }

    /** What is in between, as the end of a sentence that begins with "Connected". */
    public void between(String sentence) {
        between = sentence;
    }

    public String between() {
        return between;
    }

    public List<Section> sections() {
        return sections.stream().filter(section -> !section.facts().isEmpty()).toList();
    }

    /** The worst first; those of one severity in the order in which they were made. */
    public List<Finding> findings() {
        return findings.stream()
                .sorted(Comparator.comparing(Finding::severity).reversed())
                .toList();
    }

    public Map<String, String> configurations() {
        return Map.copyOf(configurations);
    }

    /** In the order in which they were given. */
    public List<String> tools() {
        return List.copyOf(configurations.keySet());
    }

    public Outcome outcome() {
        return outcome;
    }

    /**
     * What the process ends with.
     *
     * @param failOn from which severity on findings are a failure; empty for none
     */
    public int exitCode(Optional<Severity> failOn) {
        if (outcome.exitCode() != 0) {
            return outcome.exitCode();
        }
        boolean fails = failOn.isPresent()
                && findings.stream().anyMatch(finding -> finding.severity().compareTo(failOn.get()) >= 0);
        return fails ? 1 : 0;
    }
}
