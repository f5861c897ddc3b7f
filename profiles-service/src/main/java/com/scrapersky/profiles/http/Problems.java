package com.scrapersky.profiles.http;

import com.scrapersky.profiles.InvalidInputException;
import com.scrapersky.profiles.ProfileService;
import com.scrapersky.profiles.jobs.ImportTooLargeException;
import com.scrapersky.profiles.jobs.KeyReusedException;
import com.scrapersky.profiles.jobs.RejectedRowException;
import com.scrapersky.session.ConnectionException;
import com.scrapersky.session.ConstraintViolationException;
import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.ErrorClass;
import com.scrapersky.session.StatementCancelledException;
import com.scrapersky.session.TransactionOutcomeUnknownException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.hibernate.JDBCException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.HttpMediaTypeException;
import org.springframework.web.accept.InvalidApiVersionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.exc.StreamConstraintsException;

/**
 * Turns every failure of a request into a problem detail (RFC 9457). All its words are from here: an exception's own text
 * may tell of the SQL, the tables or the values, and goes to the log only.
 */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final String served;
    private final Pattern otherVersions;

    Problems(@Value("${spring.mvc.apiversion.supported}") String served) {
        this.served = served;
        this.otherVersions = Pattern.compile("/api/v(?!" + Pattern.quote(served) + "(?:/|$))[0-9]+(?:/.*)?");
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> invalid(InvalidInputException invalid) {
        ProblemDetail problem = problem(HttpStatus.BAD_REQUEST, "Something in the request is not as it has to be.");
        problem.setProperty("errors", invalid.errors());
        return answer(problem);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> notFound(ProfileNotFoundException absent) {
        return answer(problem(HttpStatus.NOT_FOUND, "There is no such profile."));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> changed(ProfileChangedException changed) {
        return answer(problem(
                HttpStatus.PRECONDITION_FAILED, "The profile has changed since. Get it again before you change it."));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> notFound(JobNotFoundException absent) {
        return answer(problem(HttpStatus.NOT_FOUND, "There is no such job."));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> rejected(RejectedRowException rejected) {
        ProblemDetail problem = problem(
                HttpStatus.BAD_REQUEST,
                (rejected.isLineOfNames()
                                ? "The line of names (row 0) is not"
                                : "Row " + rejected.row() + ", counted from 1 without a line of names, is not")
                        + " as it has to be. Nothing of the import was kept.");
        problem.setProperty("row", rejected.row());
        problem.setProperty("errors", rejected.errors());
        return answer(problem);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> tooLarge(ImportTooLargeException tooLarge) {
        return answer(
                problem(HttpStatus.CONTENT_TOO_LARGE, "An import has a million rows at most. Nothing of it was kept."));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> keyReused(KeyReusedException reused) {
        return answer(
                problem(HttpStatus.UNPROCESSABLE_CONTENT, "This Idempotency-Key came with another content before."));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> tooOften(TooManyRequestsException tooOften) {
        return ResponseEntity.status(HttpStatus.TOO_MANY_REQUESTS)
                .header(
                        HttpHeaders.RETRY_AFTER,
                        Long.toString(tooOften.retryAfter().toSeconds()))
                .body(problem(HttpStatus.TOO_MANY_REQUESTS, "The tenant asks for this too often."));
    }

    /** The client has gone away in the middle of what it sends or gets; hardly anybody will read this. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> brokenOff(UncheckedIOException broken) {
        LOG.debug("a request broke off", broken);
        return answer(problem(HttpStatus.BAD_REQUEST, detail(HttpStatus.BAD_REQUEST)));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> database(DatabaseException failure) {
        if (failure instanceof ConstraintViolationException violation
                && violation
                        .constraint()
                        .filter(ProfileService.UNIQUE_EMAIL::equals)
                        .isPresent()) {
            ProblemDetail problem = problem(HttpStatus.CONFLICT, "Another profile has this e-mail address.");
            problem.setProperty(
                    "errors", List.of(new com.scrapersky.profiles.FieldError("email", "belongs to another profile")));
            return answer(problem);
        }
        if (failure instanceof TransactionOutcomeUnknownException) {
            LOG.error("the outcome of a request is unknown", failure);
            return answer(problem(
                    HttpStatus.INTERNAL_SERVER_ERROR,
                    "The connection was lost at the last moment: what was asked for may or may not have been done."
                            + " Look before you ask again."));
        }
        if (failure.isRetryable()
                || failure instanceof ConnectionException
                || failure instanceof StatementCancelledException) {
            return notAvailable(failure);
        }
        return unexpected(failure);
    }

    /** What a statement of Hibernate's met. It was before any COMMIT: a session ends the transaction of work that fails. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> entities(JDBCException failure) {
        return switch (ErrorClass.of(failure.getSQLException())) {
            case REJECTED, CONFIGURATION -> unexpected(failure);
            default -> notAvailable(failure);
        };
    }

    private static ResponseEntity<ProblemDetail> notAvailable(Exception failure) {
        LOG.warn("the database is not available: {}", failure.getMessage());
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, Long.toString(RETRY_AFTER.toSeconds()))
                .body(problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "The database is not available at the moment. Nothing was changed."));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> unexpected(Exception failure) {
        LOG.error("a request failed", failure);
        return answer(problem(HttpStatus.INTERNAL_SERVER_ERROR, "The service failed. Its log says why."));
    }

    /** What Spring itself refuses: no such path, method, media type, or a body that cannot be read. */
    @Override
    protected ResponseEntity<Object> handleExceptionInternal(
            Exception failure, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        HttpStatus answered = tooLong(failure) ? HttpStatus.CONTENT_TOO_LARGE : HttpStatus.valueOf(status.value());
        if (answered.is5xxServerError()) {
            LOG.error("a request failed", failure);
        }
        String detail = failure instanceof InvalidApiVersionException || isOfAnotherVersion(request)
                ? "This version of the API is not served; version " + served + " is."
                : detail(answered, failure);
        // The type is set, not negotiated: an Accept that cannot be read would leave nothing to answer with.
        return ResponseEntity.status(answered)
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem(answered, detail));
    }

    private boolean isOfAnotherVersion(WebRequest request) {
        return request instanceof ServletWebRequest web
                && otherVersions.matcher(web.getRequest().getRequestURI()).matches();
    }

    /** Where the forms of an answer or a body are known, they are named. */
    private static String detail(HttpStatus status, Exception failure) {
        if (failure instanceof HttpMediaTypeException unfit
                && !unfit.getSupportedMediaTypes().isEmpty()) {
            List<String> forms = unfit.getSupportedMediaTypes().stream()
                    .map(MediaType::toString)
                    .toList();
            String last = forms.get(forms.size() - 1);
            List<String> others = forms.subList(0, forms.size() - 1);
            String named = others.isEmpty() ? last : String.join(", ", others) + " or " + last;
            return (status == HttpStatus.NOT_ACCEPTABLE ? "The answer can only be given as " : "The body must be ")
                    + named + ".";
        }
        return detail(status);
    }

    /** A problem of this status in general words, for what never reaches a controller. */
    static String detail(HttpStatus status) {
        return switch (status) {
            case BAD_REQUEST -> "The request cannot be read; its body, if it has one, must be a JSON object in UTF-8.";
            case NOT_FOUND -> "There is nothing at this path.";
            case METHOD_NOT_ALLOWED -> "This path does not know this method.";
            case NOT_ACCEPTABLE -> "The answer cannot be given in a form that the request accepts.";
            case CONTENT_TOO_LARGE -> "The body is too large.";
            case UNSUPPORTED_MEDIA_TYPE -> "The body is not in a form that this request takes.";
            default -> status.is5xxServerError() ? "The service failed. Its log says why." : status.getReasonPhrase();
        };
    }

    private static ProblemDetail problem(HttpStatus status, String detail) {
        return ProblemDetail.forStatusAndDetail(status, detail);
    }

    private static ResponseEntity<ProblemDetail> answer(ProblemDetail problem) {
        return ResponseEntity.status(problem.getStatus()).body(problem);
    }

    private static boolean tooLong(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StreamConstraintsException) {
                return true;
            }
        }
        return false;
    }
}
