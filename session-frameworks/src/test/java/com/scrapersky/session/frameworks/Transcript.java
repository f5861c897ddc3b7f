package com.scrapersky.session.frameworks;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
    private final List<List<Integer>> backends = new ArrayList<>();

    /** A value that the program saw. */
    public void saw(String what, @Nullable Object value) {
        lines.add(what + ": " + value);
    }

    /**
     * Runs the same transaction ten times in a row, each giving its backend. Not part of the comparison: it shows that this
     * program's transactions do change backends.
     */
    public void transactions(Callable<Integer> transaction) throws Exception {
        List<Integer> seen = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            seen.add(transaction.call());
        }
        backends.add(seen);
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

    /** Of transactions in a row. */
    List<List<Integer>> backends() {
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
