package com.scrapersky.benchmarks.sidebyside;

import com.scrapersky.benchmarks.peers.Peer;
import com.scrapersky.benchmarks.peers.Texts;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** What is done, and how often in a round at the least: the expensive ones are done less often. */
enum Workload {
    ONE_ROW("one-row select", 200, Why.CLIENT_TIME) {
        @Override
        Object once(Peer peer) throws Exception {
            return peer.oneRow(key());
        }
    },
    PAGE("100-row page", 50, Why.CLIENT_TIME) {
        @Override
        Object once(Peer peer) throws Exception {
            return peer.page(key());
        }
    },
    INSERT(
            "insert returning",
            100,
            Why.CLIENT_TIME
                    + " Where statements have no names, what is inserted may not be executed twice, so that its "
                    + "answer is asked for as text.") {
        @Override
        Object once(Peer peer) throws Exception {
            return peer.insertReturning(key(), "a note of some length, as people write them");
        }
    },
    CONTEXT("context + select", 100, Why.CONTEXT_TIME) {
        @Override
        Object once(Peer peer) throws Exception {
            return peer.contextSelect(key());
        }
    },
    TRANSACTION("5-statement transaction", 50, Why.CONTEXT_TIME) {
        @Override
        Object once(Peer peer) throws Exception {
            return peer.transaction(key());
        }
    },
    BATCH(
            "1,000-row batch",
            2,
            "all 1,000 rows go out in one flush, each with a Bind of its own; a client with its own protocol "
                    + "layer writes those with less work than pgjdbc.") {
        @Override
        Object once(Peer peer) throws Exception {
            return peer.batch(BODIES);
        }
    },
    STREAM(
            "100,000-row stream",
            1,
            "by hand two values are taken out of each row as it passes. A stream has an object for each row, "
                    + "with both values, that stays what it is when the stream has gone on, and Java's Stream around "
                    + "it: about 40 bytes and 20 ns a row. It would take rows that may only be looked at while they "
                    + "pass.") {
        @Override
        Object once(Peer peer) throws Exception {
            return peer.stream();
        }
    };

    private static final List<String> BODIES =
            Collections.nCopies(Texts.BATCH, "a note of some length, as people write them");

    private final String title;
    private final int times;
    private final String behind;

    Workload(String title, int times, String behind) {
        this.title = title;
        this.times = times;
        this.behind = behind;
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

    /** Why another may be ahead of the library, and what it would take to be ahead of that one. */
    String behind() {
        return behind;
    }

    /** Why another may be ahead, where it is the same for several. */
    private static final class Why {

        static final String CLIENT_TIME =
                "one round trip either way, so what is left is the client's own time: each text is looked up for what it "
                        + "does to its session, and the connection is looked at when it is given back (`bin/bench guard` "
                        + "measures that alone). To save it too would take a pool and a protocol of our own instead of "
                        + "HikariCP's and pgjdbc's.";

        static final String CONTEXT_TIME =
                "the role and the claims are set and taken back with each statement, in one round trip; where a round "
                        + "trip costs nothing, code that sets nothing between two statements of one session would be "
                        + "faster.";

        private Why() {}
    }
}
