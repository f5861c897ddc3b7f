package com.scrapersky.profiles.http;

import com.scrapersky.profiles.jobs.Job;
import com.scrapersky.profiles.jobs.JobService;
import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Tells clients how a job goes on, by server-sent events. Between looks at the job nothing is held: no thread, no connection,
 * no backend. LISTEN would hold one of these for each client behind a pooler. Thread-safe.
 */
@Component
class JobEvents implements DisposableBean {

    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final JobService jobs;
    private final Duration look;
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(2, work -> {
        Thread thread = new Thread(work, "job-events");
        thread.setDaemon(true);
        return thread;
    });

    JobEvents(JobService jobs, @Value("${profiles.jobs.events-every:500ms}") Duration look) {
        this.jobs = jobs;
        this.look = look;
    }

    /** @param sessions of the tenant: what sends events is no request's thread */
    SseEmitter of(Job job, DatabaseSessionFactory sessions) {
        SseEmitter emitter = new SseEmitter(LONGEST.toMillis());
        if (send(emitter, job)) {
            Watch watch = new Watch(emitter, sessions, job);
            ScheduledFuture<?> looking =
                    clock.scheduleWithFixedDelay(watch, look.toMillis(), look.toMillis(), TimeUnit.MILLISECONDS);
            Runnable stop = () -> looking.cancel(false);
            emitter.onCompletion(stop);
            emitter.onTimeout(stop);
            emitter.onError(gone -> stop.run());
        }
        return emitter;
    }

    private final class Watch implements Runnable {

        private final SseEmitter emitter;
        private final DatabaseSessionFactory sessions;
        private volatile Job told;

        Watch(SseEmitter emitter, DatabaseSessionFactory sessions, Job told) {
            this.emitter = emitter;
            this.sessions = sessions;
            this.told = told;
        }

        @Override
        public void run() {
            try {
                Optional<Job> now = sessions.read(session -> jobs.getJob(session, told.id()));
                if (now.isPresent() && !now.get().equals(told)) {
                    told = now.get();
                    send(emitter, told);
                }
            } catch (DatabaseException away) {
                emitter.complete();
            }
        }
    }

    /** Whether there will be more. */
    private static boolean send(SseEmitter emitter, Job job) {
        try {
            emitter.send(SseEmitter.event().name("job").data(job, MediaType.APPLICATION_JSON));
            if (job.isFinished()) {
                emitter.complete();
            }
            return !job.isFinished();
        } catch (IOException | IllegalStateException gone) {
            emitter.completeWithError(gone);
            return false;
        }
    }

    @Override
    public void destroy() {
        clock.shutdownNow();
    }
}
