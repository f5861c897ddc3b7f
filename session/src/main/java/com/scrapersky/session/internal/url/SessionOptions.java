package com.scrapersky.session.internal.url;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The startup parameter {@code options}: command-line options for the backend, of which {@code -c name=value} and
 * {@code --name=value} set session settings. Blanks separate, a backslash takes what follows it literally (libpq,
 * "options").
 */
public final class SessionOptions {

    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> others = new ArrayList<>();

    private SessionOptions() {}

    /** Takes the options apart. */
    public static SessionOptions parse(String options) {
        SessionOptions parsed = new SessionOptions();
        List<String> words = words(options);
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("-c") && i + 1 < words.size()) {
                parsed.take(words.get(++i), word);
            } else if (word.startsWith("-c")) {
                parsed.take(word.substring(2), word);
            } else if (word.startsWith("--")) {
                parsed.take(word.substring(2), word);
            } else {
                parsed.others.add(word);
            }
        }
        return parsed;
    }

    private void take(String assignment, String option) {
        int equals = assignment.indexOf('=');
        if (equals <= 0) {
            others.add(option);
            if (option.equals("-c")) {
                others.add(assignment);
            }
        } else {
            // As the server reads a name given on a command line.
            settings.put(assignment.substring(0, equals).replace('-', '_'), assignment.substring(equals + 1));
        }
    }

    private static List<String> words(String options) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        for (int i = 0; i < options.length(); i++) {
            char c = options.charAt(i);
            if (Character.isWhitespace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
                continue;
            }
            if (c == '\\' && i + 1 < options.length()) {
                c = options.charAt(++i);
            }
            word.append(c);
            inWord = true;
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    /** The session settings among them, in their order. */
    public Map<String, String> settings() {
        return settings;
    }

    /** What is left: options that are not settings, such as a tenant for the pooler. */
    public String others() {
        List<String> escaped = others.stream()
                .map(word -> word.replace("\\", "\\\\").replace(" ", "\\ "))
                .toList();
        return String.join(" ", escaped);
    }
}
