package com.scrapersky.session.internal.sql;

/** What a token of {@link SqlTokens} is. */
enum TokenType {
    /** An identifier or a keyword. */
    WORD,
    /** A quoted identifier, U&amp;"…" included. */
    NAME,
    /** A string in single quotes, E, U&amp;, N, B and X included. */
    STRING,
    DOLLAR_STRING,
    NUMBER,
    /** A JDBC parameter, {@code ?}. */
    PARAMETER,
    /** The operator {@code ?}, written {@code ??}. */
    OPERATOR,
    /** One character that is none of these. */
    SYMBOL
}
