package com.scrapersky.session.doctor.internal.report;

/** Colours and icons for a terminal, or neither. */
public enum Style {
    PLAIN,
    COLOURED;

    private static final String ESCAPE = "\u001b[";

    public String heading(String text) {
        return painted("1", text);
    }

    public String faint(String text) {
        return painted("2", text);
    }

    /** A finding's mark. */
    public String mark(Severity severity) {
        String word = severity.id();
        return switch (severity) {
            case ERROR -> this == PLAIN ? word : painted("31", "✖ " + word);
            case WARNING -> this == PLAIN ? word : painted("33", "▲ " + word);
            case INFO -> this == PLAIN ? word : painted("36", "● " + word);
        };
    }

    public String good(String text) {
        return this == PLAIN ? text : painted("32", "✔ " + text);
    }

    private String painted(String code, String text) {
        return this == PLAIN ? text : ESCAPE + code + "m" + text + ESCAPE + "0m";
    }
}
