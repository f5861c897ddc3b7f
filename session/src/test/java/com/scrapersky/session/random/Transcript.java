package com.scrapersky.session.random;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was seen of a program on one side.
 *
 * @param lines what each line gave
 * @param ends what each client's first borrowing and last giving back gave, and what was left open
 * @param tables what was in the tables afterwards
 * @param order the lines in the order in which they began
 */
record Transcript(List<Entry> lines, Map<String, Entry> ends, Map<String, String> tables, List<Integer> order) {

    Set<Integer> refused() {
        Set<Integer> refused = new HashSet<>();
        for (int line = 0; line < lines.size(); line++) {
            if (lines.get(line).isRefused()) {
                refused.add(line);
            }
        }
        return refused;
    }
}
