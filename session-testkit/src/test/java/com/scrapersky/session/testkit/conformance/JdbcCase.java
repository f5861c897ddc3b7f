package com.scrapersky.session.testkit.conformance;

import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Something that a Java program does with a connection, step by step; each step runs on another backend than the one before. */
record JdbcCase(String name, Map<String, String> properties, List<Step> steps) {

    /** Returns what the program sees; what it throws is told by its SQLSTATE. */
    @FunctionalInterface
    interface Step {
        String run(Connection connection) throws Exception;
    }

    static JdbcCase of(String name, Step... steps) {
        return new JdbcCase(name, Map.of("prepareThreshold", "0"), List.of(steps));
    }

    JdbcCase with(String property, String value) {
        Map<String, String> changed = new LinkedHashMap<>(properties);
        changed.put(property, value);
        return new JdbcCase(name + ", " + property + "=" + value, changed, steps);
    }
}
