package com.scrapersky.session.matrix;

import com.scrapersky.session.functional.Route;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Where a row does not yet come to what it must: each with the reason that {@code docs/poolers.md} gives. What exactly it comes
 * to instead is held against {@link Outcomes}. A row that is listed here and comes to what it must fails, so that the list
 * cannot outlive what it tells.
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
                    "^hidden-setting: by a computed statement$",
                    "a custom setting whose name code computes is put back, but not kept for the session"),
            everywhere(
                    "^hidden-setting: procedures$",
                    "a procedure that commits by itself cannot stand behind settings: refused by name (own-transaction)"),
            everywhere(
                    "^setting: SET TRANSACTION behind other settings$",
                    "the server's warning (25P01) to SET CONSTRAINTS outside of a transaction does not come"),
            everywhere(
                    "^setting: strings of all kinds$",
                    "the position of a syntax error in a SET is that of what was sent in its place"),
            everywhere(
                    "^setting: strings without a standard$",
                    "with standard_conforming_strings off, a string with a backslash in front of its quote is refused"),
            everywhere(
                    "^JDBC: columns and tables with such names$",
                    "a column named like a function that needs a session is taken for it, and refused"),
            behind(
                    route -> route == Route.LIKE_SUPAVISOR,
                    "^JDBC: in, (by hand|given up)$",
                    "behind Supavisor, where each transaction is told the time zone, COPY piece by piece in autocommit is"
                            + " refused: setAutoCommit(false) first"),
            everywhere(
                    "^setting: autoCommit and readOnly$",
                    "a setting of a borrower is gone with the connection; directly the pool's next borrower inherits it"),
            behind(
                    route -> route == Route.LIKE_SUPAVISOR,
                    "^own-transaction: in a text of several statements$|^hidden-setting: a block that commits$"
                            + "|^JDBC: a procedure that commits$",
                    "behind Supavisor, which drops the program's time zone, each transaction is told it, so that a text of several"
                            + " statements, and code that commits by itself, need a session URL; none of it where the server's time"
                            + " zone is the program's"),
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
