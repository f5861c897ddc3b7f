package com.scrapersky.session.internal.url;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what the parameters of one connection string mean: pgjdbc's properties, hints, and a report. */
final class DriverTranslation {

    private final int hosts;
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final Map<Hint, String> hints = new LinkedHashMap<>();
    private final List<Note> notes = new ArrayList<>();

    /**
     * @param hosts how many hosts may be tried, for times that libpq counts per host and pgjdbc in all
     */
    DriverTranslation(int hosts) {
        this.hosts = hosts;
    }

    int hosts() {
        return hosts;
    }

    void property(String name, String value) {
        properties.put(name, value);
    }

    /** For a weaker source of a property than another one that was already read. */
    void propertyIfAbsent(String name, String value) {
        properties.putIfAbsent(name, value);
    }

    boolean has(String property) {
        return properties.containsKey(property);
    }

    void hint(Hint hint, String value) {
        hints.put(hint, value);
    }

    void note(String parameter, String value, String meaning) {
        notes.add(new Note(parameter, value, meaning));
    }

    Map<String, String> properties() {
        return properties;
    }

    Map<Hint, String> hints() {
        return hints;
    }

    List<Note> notes() {
        return notes;
    }
}
