package com.scrapersky.session.doctor.internal.scan;

import com.scrapersky.session.SessionFeature;
import java.nio.file.Path;

/**
 * A place in a program that touches its session.
 *
 * @param file relative to what was scanned
 * @param line from 1 on
 * @param shown the piece of the line or text that does it
 */
public record Sighting(SessionFeature feature, Path file, int line, String shown) {

    private static final int LONGEST = 90;

    static Sighting of(SessionFeature feature, Path file, int line, String text) {
        String oneLine = text.strip().replaceAll("\\s+", " ");
        return new Sighting(
                feature, file, line, oneLine.length() > LONGEST ? oneLine.substring(0, LONGEST) + "…" : oneLine);
    }
}
