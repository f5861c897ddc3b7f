package com.scrapersky.session.random;

import java.sql.SQLException;
import java.util.List;

/**
 * One thing that a client does. Every list of steps is a program: a step whose statement or savepoint is not there says so
 * and does nothing, so that the shrinker may leave out what it likes.
 */
sealed interface Step permits ConnectionStep, CursorStep, DriverStep, PreparedStep, StatementStep {

    /** What a person would write; {@code connection} is the name of the variable. */
    String java(String connection);

    /** Does it, and tells the client what can be seen of it. */
    void run(Client client) throws SQLException;

    /** The same with less; whatever of it fails as well is the better explanation. */
    default List<Step> simpler() {
        return List.of();
    }

    /** A string literal of Java. */
    static String literal(String text) {
        return '"'
                + text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\t", "\\t")
                + '"';
    }
}
