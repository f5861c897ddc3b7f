package com.scrapersky.session.matrix;

/** What a row does; the same on a direct connection and on a pool-safe one. */
@FunctionalInterface
interface Program {
    void play(Player player) throws Exception;

    default Program then(Program next) {
        return player -> {
            play(player);
            next.play(player);
        };
    }
}
