package com.scrapersky.session.random;

/** What the objects of one client are called, chosen at random where there are several. */
final class Names {

    private final String client;
    private final Dice dice;

    Names(String client, Dice dice) {
        this.client = client;
        this.dice = dice;
    }

    String schema() {
        return client + (dice.chance(50) ? "_main" : "_other");
    }

    /** Without its schema now and then: then the search path decides, or there is none of that name. */
    String table(String name) {
        return dice.chance(60) ? schema() + "." + name : name;
    }

    String scratch() {
        return "scratch_" + client;
    }

    String channel() {
        return "channel_" + client;
    }

    /** Advisory locks are for the whole database: each client has keys of its own. */
    int key() {
        return 1000 * (client.charAt(0) - 'a' + 1) + dice.below(2);
    }

    String literal() {
        return dice.one("'x'", "'it''s'", "null", "'ä'", "''", "'set role nobody'", "'a\\b'");
    }

    /** A row that is likely to be there, or not. */
    int id() {
        return dice.between(1, 7);
    }

    /** Unique unless it hits one of those that are there. */
    String code() {
        return "c" + dice.between(1, 40);
    }

    int number() {
        return dice.between(0, 50);
    }

    String tenant() {
        return dice.one("t1", "t2");
    }

    Dice dice() {
        return dice;
    }
}
