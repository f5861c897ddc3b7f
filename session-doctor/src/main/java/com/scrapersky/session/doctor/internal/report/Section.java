package com.scrapersky.session.doctor.internal.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was seen about one subject, in the order in which it is told. Not thread-safe. */
public final class Section {

    private final String title;
    private final List<Fact> facts = new ArrayList<>();

    Section(String title) {
        this.title = title;
    }

    public Section fact(String label, String value) {
        facts.add(new Fact(id(label), label, value));
        return this;
    }

    private static String id(String label) {
        return label.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]+", "-");
    }

    public String id() {
        return id(title);
    }

    public String title() {
        return title;
    }

    public List<Fact> facts() {
        return List.copyOf(facts);
    }
}
