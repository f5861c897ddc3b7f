package com.scrapersky.session.doctor.internal.examine;

import com.scrapersky.session.doctor.internal.report.Finding;
import com.scrapersky.session.doctor.internal.report.FindingKind;
import com.scrapersky.session.doctor.internal.report.Outcome;
import com.scrapersky.session.internal.errors.ErrorTable;
import com.scrapersky.session.internal.errors.KnownError;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a refused login or an unanswered statement means. The advice is that of the library's table of errors. */
record Failure(Finding finding, Outcome outcome) {

    /** Under which SQLSTATE and in which words a kind is told; the first that fits. */
    private record Sign(FindingKind kind, Outcome outcome, String states, String words) {

        boolean fits(String state, String message) {
            return state.matches(states)
                    && Pattern.compile(words, Pattern.CASE_INSENSITIVE)
                            .matcher(message)
                            .find();
        }
    }

    private static final List<Sign> SIGNS = List.of(
            new Sign(
                    FindingKind.LOCKED_OUT, Outcome.NOT_AUTHENTICATED, ".*", "ECIRCUITBREAKER|too many authentication"),
            new Sign(
                    FindingKind.TENANT_UNKNOWN,
                    Outcome.NOT_AUTHENTICATED,
                    ".*",
                    "ENOTFOUND|tenant.*not found|ENOIDENTIFIER|no tenant identifier|EINVALIDUSERINFO"),
            new Sign(FindingKind.PASSWORD_MISSING, Outcome.NOT_AUTHENTICATED, "08004", "no password was provided"),
            new Sign(FindingKind.DATABASE_UNKNOWN, Outcome.NOT_CONNECTED, "3D000", ""),
            new Sign(
                    FindingKind.DATABASE_UNKNOWN,
                    Outcome.NOT_CONNECTED,
                    ".*",
                    "no such database|database .* does not exist"),
            new Sign(FindingKind.PASSWORD_WRONG, Outcome.NOT_AUTHENTICATED, "28P01", ""),
            new Sign(
                    FindingKind.PASSWORD_WRONG,
                    Outcome.NOT_AUTHENTICATED,
                    ".*",
                    "password authentication failed|SASL authentication failed|auth failed|incorrect password"),
            new Sign(
                    FindingKind.TLS_REQUIRED,
                    Outcome.NOT_AUTHENTICATED,
                    ".*",
                    "SSL (connection is )?required|ESSLREQUIRED|no encryption|SSL off"),
            new Sign(FindingKind.LOGIN_REFUSED, Outcome.NOT_AUTHENTICATED, "28.*|08004", ""),
            new Sign(
                    FindingKind.LOGIN_REFUSED,
                    Outcome.NOT_AUTHENTICATED,
                    ".*",
                    "no such user|user not found|route for"),
            new Sign(
                    FindingKind.STARTUP_PARAMETER_REFUSED,
                    Outcome.NOT_CONNECTED,
                    "08P01",
                    "unsupported startup parameter|ESTARTUPPACKETTOOLARGE"),
            new Sign(
                    FindingKind.NO_ROOM,
                    Outcome.NOT_CONNECTED,
                    ".*",
                    "max clients|max client|no more connections|client connections exceeded|too many (clients|connections)"
                            + "|remaining connection slots|too many tcp connections"),
            new Sign(FindingKind.NO_ROOM, Outcome.NOT_CONNECTED, "53300", ""),
            new Sign(
                    FindingKind.NO_BACKEND,
                    Outcome.NOT_CONNECTED,
                    ".*",
                    "check ?out|query_wait_timeout|could not get connection from the pool"),
            new Sign(
                    FindingKind.SERVER_DOWN,
                    Outcome.NOT_CONNECTED,
                    ".*",
                    "server login|client_login_timeout|failed to connect to database|failed to get remote server"
                            + "|server down|connect failed"),
            new Sign(FindingKind.SERVER_DOWN, Outcome.NOT_CONNECTED, "57P03", ""));

    /** @param answered whether the login had succeeded before */
    static Failure of(SQLException error, boolean answered) {
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        String message = String.valueOf(error.getMessage()).lines().findFirst().orElse("");
        String evidence = message + (state.isEmpty() ? "" : " (SQLSTATE " + state + ")");
        if (answered && timedOut(error)) {
            return new Failure(
                    Finding.of(
                            FindingKind.NO_BACKEND,
                            "the login succeeded, and the first statement got no answer within "
                                    + Login.PATIENCE.toSeconds() + " s"),
                    Outcome.NOT_CONNECTED);
        }
        KnownError known = ErrorTable.of(state, message);
        return SIGNS.stream()
                .filter(sign -> sign.fits(state, message))
                .findFirst()
                .map(sign -> new Failure(Finding.of(sign.kind(), evidence), sign.outcome()))
                .orElseGet(() -> new Failure(
                        Finding.of(FindingKind.CONNECTION_FAILED, evidence).remedy(known.advice()),
                        Outcome.NOT_CONNECTED));
    }

    private static boolean timedOut(@Nullable Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }
}
