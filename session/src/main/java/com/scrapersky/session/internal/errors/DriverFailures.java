package com.scrapersky.session.internal.errors;

import static com.scrapersky.session.internal.errors.Meaning.CONFIGURATION;
import static com.scrapersky.session.internal.errors.Meaning.CONNECTION_LOST;
import static com.scrapersky.session.internal.errors.Meaning.REJECTED;

import java.time.Duration;
import java.util.List;

/** What pgjdbc tells of itself ({@code org.postgresql.util.PSQLState}, 42.7.14). */
final class DriverFailures {

    static final List<KnownError> ROWS = new Rows(Speaker.DRIVER)
            .add(
                    "08001",
                    null,
                    "Connection to localhost:5432 refused.",
                    CONNECTION_LOST,
                    Duration.ofMillis(500),
                    "nobody answers there: see host and port of the URL, and whether the pooler or the server is up")
            .add(
                    "",
                    "^Connection is closed$",
                    "Connection is closed",
                    CONNECTION_LOST,
                    "HikariCP has thrown the connection away, because of an error before: it is gone with its transaction")
            .add(
                    "08003",
                    null,
                    "This connection has been closed.",
                    CONNECTION_LOST,
                    "the connection had been closed before; open a session for each piece of work")
            .add(
                    "08004",
                    "does not support SSL",
                    "The server does not support SSL.",
                    CONFIGURATION,
                    "TLS is wanted (sslmode=verify-full unless told, but on loopback) and was refused: by the server, or by"
                            + " somebody on the way; on a network of your own set sslmode=disable")
            .add(
                    "08004",
                    null,
                    "The authentication type 10 is not supported.",
                    CONFIGURATION,
                    "client and server do not agree on how to log in: see the password, sslmode and the server's pg_hba.conf")
            .add(
                    "08006|08007|08S01|08000",
                    null,
                    "An I/O error occurred while sending to the backend.",
                    CONNECTION_LOST,
                    "the network, the pooler or the server broke the connection")
            .add(
                    "08P01",
                    null,
                    "Protocol error. Session setup failed.",
                    CONNECTION_LOST,
                    "pooler and driver misunderstood each other: the connection is given up")
            .add(
                    "99999|22023|07",
                    "^(No value specified for parameter|The column index is out of range|Can't infer the SQL type)",
                    "No value specified for parameter 1.",
                    REJECTED,
                    "give each placeholder of the text a value of a type that JDBC knows")
            .all();

    private DriverFailures() {}
}
