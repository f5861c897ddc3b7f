package com.scrapersky.session;

import org.jspecify.annotations.Nullable;

/**
 * Does a caller's work in a transaction of its own: committed when the work returns, rolled back when it throws, done again
 * where it may be. One for a factory and its views. Thread-safe.
 */
final class TransactionalWork {

    private final ScannedTexts texts;

    /** Not static: work on one database may well do work on another one. */
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<@Nullable DatabaseSession> working = new ThreadLocal<>();

    TransactionalWork(ScannedTexts texts) {
        this.texts = texts;
    }

    <T extends @Nullable Object, X extends Exception> T run(
            FactoryTarget target, SessionWork<T, X> work, boolean readOnly) throws X {
        if (working.get() != null) {
            throw Errors.usage(
                    (readOnly ? "read" : "write") + "(…) within the work of another read(…) or write(…)",
                    "use the session that the work was given; for a transaction of its own use openSession()");
        }
        Attempts attempts = null;
        while (true) {
            try {
                return once(target, work, readOnly);
            } catch (Throwable failure) {
                attempts = afterWork(target, failure, attempts);
                if (attempts == null) {
                    throw failure;
                }
            }
        }
    }

    private static @Nullable Attempts afterWork(FactoryTarget target, Throwable failure, @Nullable Attempts before) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DatabaseException told) {
                return target.againAsAWhole(told, before);
            }
        }
        return null;
    }

    private <T extends @Nullable Object, X extends Exception> T once(
            FactoryTarget target, SessionWork<T, X> work, boolean readOnly) throws X {
        DatabaseSession session = new DatabaseSession(target, texts, readOnly, true);
        T result;
        working.set(session);
        try {
            result = work.run(session);
        } catch (Throwable failure) {
            session.abandon(failure);
            throw failure;
        } finally {
            working.remove();
        }
        session.finish();
        return result;
    }
}
