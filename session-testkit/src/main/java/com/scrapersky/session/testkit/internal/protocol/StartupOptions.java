package com.scrapersky.session.testkit.internal.protocol;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The startup parameter {@code options}: command-line switches in one text, split as the server splits them ({@code
 * pg_split_opts}: at white space, where a backslash takes the next character as it is).
 *
 * @param settings what {@code -c name=value}, {@code -cname=value} and {@code --name=value} say, in their order
 * @param others every other word
 */
public record StartupOptions(Map<String, String> settings, List<String> others) {

    public static StartupOptions parse(String text) {
        Map<String, String> settings = new LinkedHashMap<>();
        List<String> others = new ArrayList<>();
        List<String> words = words(text);
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            String setting;
            if (word.equals("-c") && i + 1 < words.size()) {
                i++;
                setting = words.get(i);
            } else if (word.startsWith("--")) {
                setting = word.substring(2);
            } else if (word.startsWith("-c")) {
                setting = word.substring(2);
            } else {
                others.add(word);
                continue;
            }
            int equals = setting.indexOf('=');
            if (equals > 0) {
                settings.put(setting.substring(0, equals), setting.substring(equals + 1));
            } else {
                others.add(word);
            }
        }
        return new StartupOptions(settings, others);
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (Character.isWhitespace(next)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                }
                inWord = false;
                continue;
            }
            inWord = true;
            if (next != '\\') {
                word.append(next);
            } else if (i + 1 < text.length()) {
                i++;
                word.append(text.charAt(i));
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }
}
