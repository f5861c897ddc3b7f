package com.scrapersky.profiles.http;

import java.io.IOException;
import java.io.PrintWriter;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

/**
 * A problem detail for what Tomcat itself refuses, such as a malformed request line, which reaches no filter and no
 * controller. Made by Tomcat from its class name, hence public.
 */
public final class ProblemReportValve extends ErrorReportValve {

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        HttpStatus status = HttpStatus.resolve(response.getStatus());
        if (status == null || !status.isError() || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        try {
            // The words are constants of ours without anything that JSON would have to escape.
            PrintWriter reporter = response.getReporter();
            if (reporter == null) {
                return;
            }
            reporter.write("{\"title\":\"" + status.getReasonPhrase() + "\",\"status\":" + status.value()
                    + ",\"detail\":\"" + Problems.detail(status) + "\"}");
            response.finishResponse();
        } catch (IOException | IllegalStateException gone) {
            // As in Tomcat's own: the client has left, or what it gets has begun already.
        }
    }
}
