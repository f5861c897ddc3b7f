package com.scrapersky.session.matrix;

import com.scrapersky.session.functional.Route;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Where a row does not yet come to what it must: each with the reason that {@code docs/poolers.md} gives. A row that is
 * listed here and comes to what it must fails, so that the list cannot outlive what it tells.
 */
final class KnownDifferences {

    /**
     * @param rows found in a row's text
     * @param what differs, for people
     */
    record Difference(Pattern rows, Predicate<Route> behind, String what) {
        boolean concerns(MatrixRow row, Route route) {
            return behind.test(route) && rows.matcher(row.toString()).find();
        }
    }

    private static final List<Difference> ALL = List.of(
            everywhere(
                    "^hidden-setting: (RESET (statement_timeout|ALL)|SET statement_timeout TO DEFAULT), in a (function|DO block|trigger)$"
                            + "|^hidden-setting: RESET (ROLE|SESSION AUTHORIZATION), in a (function|DO block)$"
                            + "|^hidden-setting: that resets all$",
                    "a RESET in code is not noticed: the setting that the session had goes on"),
            everywhere(
                    "^hidden-setting: by a computed statement$",
                    "a custom setting whose name code computes is put back, but not kept for the session"),
            everywhere(
                    "^hidden-setting: procedures$",
                    "a procedure that commits by itself cannot stand behind settings: refused by name (own-transaction)"),
            behind(
                    route -> route != Route.LIKE_SUPAVISOR,
                    "^hidden-setting: (made|changed) by the program itself$",
                    "what a function sets that the program has made a moment ago is not kept, and **stays on the backend**"),
            everywhere(
                    "^extension-state: SELECT dblink_connect.*, (?!plain$)",
                    "DISCARD ALL closes no connection of dblink: the next borrower of the session connection meets it"),
            everywhere(
                    "^setting: (SET LOCAL in autocommit|SET LOCAL in one text with its statement"
                            + "|COMMIT and ROLLBACK outside of a transaction|SET TRANSACTION behind other settings)$"
                            + "|^transaction-defaults: SET TRANSACTION in autocommit$",
                    "the server's warning (25P01) that there is no transaction does not come"),
            everywhere(
                    "^setting: strings of all kinds$",
                    "the position of a syntax error in a SET is that of what was sent in its place"),
            everywhere(
                    "^setting: strings without a standard$",
                    "with standard_conforming_strings off, a string with a backslash in front of its quote is refused"),
            everywhere(
                    "^setting: (settings|an encoding) that the driver does not bear$",
                    "the driver does not end the connection, as the setting never reaches it"),
            everywhere(
                    "^sequence-state: currval in a later transaction$",
                    "where a session URL is known, currval moves there and fails (55000) instead of being refused"),
            everywhere(
                    "^JDBC: columns and tables with such names$",
                    "a column named like a function that needs a session is taken for it, and refused"),
            everywhere(
                    "^client-info: in a failed transaction$",
                    "the message of the SQLClientInfoException is another one"),
            everywhere(
                    "^JDBC: of a statement that is wrong$",
                    "getMetaData() of a statement that failed before answers 25P02 instead of its own error"),
            everywhere("^JDBC: that set, and fail$", "the message of the BatchUpdateException is shorter"),
            everywhere(
                    "^JDBC: as a plain statement, into a table with code$",
                    "COPY as a plain statement, which the driver refuses, into a table whose code may set something: the"
                            + " connection is lost"),
            behind(
                    route -> route == Route.LIKE_SUPAVISOR,
                    "^JDBC: in, (by hand|given up)$",
                    "behind Supavisor, where each transaction is told the time zone, COPY piece by piece in autocommit is"
                            + " refused: setAutoCommit(false) first"),
            everywhere("^set-schema: schema$", "SHOW search_path gives the name of HikariCP's schema in quotes"),
            everywhere(
                    "^setting: autoCommit and readOnly$",
                    "a setting of a borrower is gone with the connection; directly the pool's next borrower inherits it"),
            behind(
                    route -> route == Route.LIKE_SUPAVISOR,
                    "^own-transaction: (VACUUM|CREATE INDEX CONCURRENTLY|CREATE DATABASE|ALTER SYSTEM"
                            + "|in a text of several statements|PREPARE TRANSACTION.*)$|^hidden-setting: a block that commits$"
                            + "|^JDBC: a procedure that commits$",
                    "behind Supavisor, which drops the program's time zone, each transaction is told it, so that what runs in no"
                            + " transaction needs a session URL; none of it where the server's time zone is the program's"),
            behind(
                    route -> route == Route.LIKE_SUPAVISOR,
                    "^JDBC: tables, columns and keys$",
                    "DatabaseMetaData.getUserName() is the user of the URL, with Supavisor's tenant"),
            behind(
                    route -> route == Route.LIKE_SUPAVISOR,
                    "^JDBC: (empty texts|syntax errors)$",
                    "an empty text has no update count where a setting is told with it"));

    private KnownDifferences() {}

    static Optional<Difference> of(MatrixRow row, Route route) {
        return ALL.stream().filter(each -> each.concerns(row, route)).findFirst();
    }

    static List<Difference> all() {
        return ALL;
    }

    private static Difference everywhere(String rows, String what) {
        return new Difference(Pattern.compile(rows), route -> true, what);
    }

    private static Difference behind(Predicate<Route> routes, String rows, String what) {
        return new Difference(Pattern.compile(rows), routes, what);
    }
}
