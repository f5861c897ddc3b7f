package com.scrapersky.benchmarks.sidebyside;

import com.scrapersky.benchmarks.peers.Peer;
import com.scrapersky.benchmarks.peers.Texts;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** What is done, and how often in a round at the least: the expensive ones are done less often. */
enum Workload {
    ONE_ROW("one-row select", 200) {
        @Override
        Object once(Peer peer) throws Exception {
            return peer.oneRow(key());
        }
    },
    PAGE("100-row page", 50) {
        @Override
        Object once(Peer peer) throws Exception {
            return peer.page(key());
        }
    },
    INSERT("insert returning", 100) {
        @Override
        Object once(Peer peer) throws Exception {
            return peer.insertReturning(key(), "a note of some length, as people write them");
        }
    },
    CONTEXT("context + select", 100) {
        @Override
        Object once(Peer peer) throws Exception {
            return peer.contextSelect(key());
        }
    },
    TRANSACTION("5-statement transaction", 50) {
        @Override
        Object once(Peer peer) throws Exception {
            return peer.transaction(key());
        }
    },
    BATCH("1,000-row batch", 2) {
        @Override
        Object once(Peer peer) throws Exception {
            return peer.batch(BODIES);
        }
    },
    STREAM("100,000-row stream", 1) {
        @Override
        Object once(Peer peer) throws Exception {
            return peer.stream();
        }
    };

    private static final List<String> BODIES =
            Collections.nCopies(Texts.BATCH, "a note of some length, as people write them");

    private final String title;
    private final int times;

    Workload(String title, int times) {
        this.title = title;
        this.times = times;
    }

    abstract Object once(Peer peer) throws Exception;

    /** Leaves room for a page, and for three rows in a row. */
    private static int key() {
        return ThreadLocalRandom.current().nextInt(1, Texts.PROFILES - Texts.PAGE);
    }

    String title() {
        return title;
    }

    int times() {
        return times;
    }
}
