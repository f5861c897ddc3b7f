package com.scrapersky.session.testkit.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The figures in {@code docs/reliability.md}: each kind between two lines of its own, written by a script of its name. */
public final class ReliabilityPage {

    private static final Path FILE = Path.of("..", "docs", "reliability.md");

    private ReliabilityPage() {}

    public static void write(String kind, String figures) throws IOException {
        String begin = "<!-- " + kind + ": begin; written by bin/" + kind + " -->\n";
        String before = Files.readString(FILE);
        int from = before.indexOf(begin);
        int to = before.indexOf("<!-- " + kind + ": end -->");
        if (from < 0 || to < 0) {
            throw new IllegalStateException(FILE + " has no place for the figures of " + kind);
        }
        Files.writeString(FILE, before.substring(0, from + begin.length()) + figures + before.substring(to));
    }
}
