package com.scrapersky.benchmarks.measure;

/** One of those that do the same work: its name, and the work, done once. */
public record Subject(String name, Work work) {

    /** One operation. What it returns is used up by the measuring, so that no compiler leaves it out. */
    @FunctionalInterface
    public interface Work {
        Object once() throws Exception;
    }
}
