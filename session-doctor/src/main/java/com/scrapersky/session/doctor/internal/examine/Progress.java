package com.scrapersky.session.doctor.internal.examine;

/** Is told what is being done, for those who wait. */
@FunctionalInterface
public interface Progress {
    void now(String step);
}
