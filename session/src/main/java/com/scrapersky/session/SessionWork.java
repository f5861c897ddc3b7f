package com.scrapersky.session;

import org.jspecify.annotations.Nullable;

/**
 * Work done in one transaction.
 *
 * @param <T> what it returns
 * @param <X> what it may throw; a lambda that throws nothing checked needs no declaration
 */
@FunctionalInterface
public interface SessionWork<T extends @Nullable Object, X extends Exception> {

    /** Does the work on {@code session}, which is open for the length of this call and for this thread only. */
    T run(DatabaseSession session) throws X;
}
