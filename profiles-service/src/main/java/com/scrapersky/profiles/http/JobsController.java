package com.scrapersky.profiles.http;

import com.scrapersky.profiles.jobs.Job;
import com.scrapersky.profiles.jobs.JobService;
import com.scrapersky.profiles.security.RequestContexts;
import com.scrapersky.session.DatabaseSessionFactory;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** What a tenant's jobs have come to, once or as it goes on. */
@RestController
@RequestMapping(JobsController.PATH)
@Tag(name = "imports and exports")
class JobsController {

    static final String PATH = "/api/v3/jobs";

    private final DatabaseSessionFactory sessions;
    private final JobService jobs;
    private final JobEvents events;
    private final RequestContexts contexts;

    JobsController(DatabaseSessionFactory sessions, JobService jobs, JobEvents events, RequestContexts contexts) {
        this.sessions = sessions;
        this.jobs = jobs;
        this.events = events;
        this.contexts = contexts;
    }

    @Operation(operationId = "listJobs", summary = "The last hundred jobs, newest first")
    @ApiResponse(responseCode = "200", description = "The jobs")
    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    JobsAnswer list() {
        return new JobsAnswer(sessions.read(jobs::getJobs));
    }

    @Operation(operationId = "getJob", summary = "What a job has come to")
    @ApiResponse(responseCode = "200", description = "The job")
    @Refused(HttpStatus.NOT_FOUND)
    @GetMapping(path = "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
    JobAnswer get(@PathVariable String id) {
        return new JobAnswer(job(Ids.of(id)));
    }

    /** The job each time that it has changed, until it is finished. */
    @Operation(operationId = "watchJob", summary = "The job each time that it has changed, until it is finished")
    @ApiResponse(
            responseCode = "200",
            description = "A stream of server-sent events named job; the data of each is a Job in one line",
            content =
                    @Content(
                            mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                            schema = @Schema(types = "string", format = "binary"),
                            examples =
                                    @ExampleObject("event:job\ndata:{\"state\":\"running\",\"rows_done\":10000}\n\n")))
    @Refused(HttpStatus.NOT_FOUND)
    @GetMapping(path = "/{id}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter events(@AuthenticationPrincipal Jwt token, @PathVariable String id) {
        Job job = job(Ids.of(id));
        return events.of(job, sessions.withContext(contexts.of(token)));
    }

    private Job job(UUID id) {
        return sessions.read(session -> jobs.getJob(session, id)).orElseThrow(JobNotFoundException::new);
    }

    /** One job. */
    record JobAnswer(
            @Schema(requiredMode = RequiredMode.REQUIRED) Job data) {}

    /** The last hundred, newest first. */
    record JobsAnswer(
            @Schema(requiredMode = RequiredMode.REQUIRED) List<Job> data) {}
}
