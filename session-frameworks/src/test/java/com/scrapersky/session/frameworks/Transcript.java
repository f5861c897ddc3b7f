package com.scrapersky.session.frameworks;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a program saw, line by line: values read, counts, errors. Two runs of one program are compared by it, so it holds
 * nothing that differs by chance. Used by one thread.
 */
public final class Transcript {

    /** What a program does, where it is expected to fail. */
    @FunctionalInterface
    public interface Attempt {
        void run() throws Exception;
    }

    private final List<String> lines = new ArrayList<>();
    private final List<Integer> backends = new ArrayList<>();

    /** A value that the program saw. */
    public void saw(String what, @Nullable Object value) {
        lines.add(what + ": " + value);
    }

    /** Which backend a transaction ran on. Not part of the comparison: it shows that transactions did change backends. */
    public void ranOn(int backend) {
        backends.add(backend);
    }

    /** What came of an attempt: the exception, and the server's SQLSTATE where there is one. */
    public void outcome(String what, Attempt attempt) {
        String outcome;
        try {
            attempt.run();
            outcome = "done";
        } catch (Exception failure) {
            outcome = failure.getClass().getSimpleName() + " " + sqlState(failure);
        }
        saw(what, outcome);
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    List<Integer> backends() {
        return List.copyOf(backends);
    }

    private static String sqlState(Throwable failure) {
        String found = "";
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException error && error.getSQLState() != null) {
                found = error.getSQLState();
            }
        }
        return found;
    }
}
