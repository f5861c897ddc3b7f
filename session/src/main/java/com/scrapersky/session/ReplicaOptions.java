package com.scrapersky.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

/** Where reads may go beside the primary, and how fresh they have to be there. Not thread-safe. */
final class ReplicaOptions {

    private final List<DatabaseUrl> urls = new ArrayList<>();
    private Duration longestWait = Duration.ofMillis(100);
    private Duration maximumLag = Duration.ofSeconds(10);

    void url(String url) {
        urls.add(DatabaseUrl.parse(url));
    }

    void longestWait(Duration limit) {
        if (limit.isNegative()) {
            throw Errors.usage("a wait of " + limit, "give a positive duration, or zero for none");
        }
        longestWait = limit;
    }

    void maximumLag(Duration limit) {
        if (limit.compareTo(Duration.ofSeconds(1)) < 0) {
            throw Errors.usage("a lag of at most " + limit, "give at least a second, for it is measured once a second");
        }
        maximumLag = limit;
    }

    /**
     * Lets reads go to the replicas, where there are any.
     *
     * @param url the primary's, which says what a replica's leaves out of the login
     * @param pools how to open the pool of each, when it is first needed
     */
    void readFor(ConnectionSource primary, DatabaseUrl url, Function<DatabaseUrl, Supplier<ConnectionSource>> pools) {
        if (urls.isEmpty()) {
            return;
        }
        List<Replica> opened = new ArrayList<>();
        for (DatabaseUrl given : urls) {
            DatabaseUrl target = Objects.requireNonNull(SessionUrls.choose(url, given));
            opened.add(Replicas.replica(target, pools.apply(target)));
        }
        Replicas replicas = new Replicas(primary, opened, longestWait, maximumLag);
        primary.readFrom(replicas);
        replicas.start();
    }
}
