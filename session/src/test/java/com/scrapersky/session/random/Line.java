package com.scrapersky.session.random;

/** What one client does next. */
record Line(String client, Feature feature, Step step) {

    Line with(Step other) {
        return new Line(client, feature, other);
    }

    @Override
    public String toString() {
        return step.java(client);
    }
}
