package com.scrapersky.session.matrix;

/** What a row must come to, on every pooler. */
enum Expected {
    /** The program sees what it sees on a direct connection, and needs no session URL for it. */
    WORKS,
    /** Refused by name without a session URL; with one, the connection moves and the program sees what it sees directly. */
    MOVES,
    /** Refused by name, with a session URL too. */
    REFUSED
}
