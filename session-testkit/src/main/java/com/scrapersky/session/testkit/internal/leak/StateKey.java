package com.scrapersky.session.testkit.internal.leak;

/** One thing that a backend can carry: {@code kind} is the name of a {@code LeakKind}. */
public record StateKey(String kind, String name) {}
