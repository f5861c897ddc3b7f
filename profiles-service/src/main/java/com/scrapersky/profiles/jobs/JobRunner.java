package com.scrapersky.profiles.jobs;

import com.scrapersky.profiles.security.RequestContexts;
import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.ErrorClass;
import com.scrapersky.session.Row;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Does the jobs that were received, one after the other, in sessions of its own: never in a request's. Each step is a
 * transaction of some thousand rows that notes how far it came, so whoever takes a job up again goes on from there. A job whose
 * runner has been silent for too long, because its process is gone, is taken up by the next one that looks, on whichever
 * instance; two runners never do the same step, because a step belongs to whom the job was given last.
 */
@Component
class JobRunner implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);
    private static final UUID NOBODY = new UUID(0, 0);
    private static final Duration END_OF_STEP = Duration.ofSeconds(15);

    private final DatabaseSessionFactory sessions;
    private final JobService jobs;
    private final Duration silence;
    private final Duration look;
    private final int step;
    private final UUID runner = UUID.randomUUID();
    private @Nullable ScheduledFuture<?> looks;
    private volatile boolean running;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "profile-jobs");
        thread.setDaemon(true);
        return thread;
    });

    JobRunner(
            DatabaseSessionFactory sessions,
            JobService jobs,
            @Value("${profiles.jobs.silence:60s}") Duration silence,
            @Value("${profiles.jobs.look-every:5s}") Duration look,
            @Value("${profiles.jobs.rows-per-step:10000}") int step) {
        this.sessions = sessions;
        this.jobs = jobs;
        this.silence = silence;
        this.look = look;
        this.step = step;
    }

    @Override
    public void start() {
        running = true;
        looks = thread.scheduleWithFixedDelay(this::doAll, 0, look.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** There is something to do. */
    void wake() {
        if (running) {
            thread.execute(this::doAll);
        }
    }

    private void doAll() {
        try {
            while (running) {
                Optional<Row> job = sessions.withContext(RequestContexts.of(NOBODY, "jobs"))
                        .write(session -> jobs.claim(session, runner, silence));
                if (job.isEmpty()) {
                    return;
                }
                doJob(job.get());
            }
        } catch (DatabaseException failure) {
            // The next look may find it well.
            LOG.warn("jobs wait for the database: {}", failure.getMessage());
        } catch (RuntimeException failure) {
            LOG.error("jobs cannot be looked at", failure);
        }
    }

    private void doJob(Row job) {
        UUID id = Objects.requireNonNull(job.getUuid("id"));
        DatabaseSessionFactory ofTenant = sessions.withContext(RequestContexts.of(
                Objects.requireNonNull(job.getUuid("tenant_id")),
                Objects.requireNonNull(job.getString("requested_by"))));
        LOG.info("job {} goes on", id);
        try {
            Optional<Long> done = Optional.of(1L);
            while (running && done.isPresent() && done.get() > 0) {
                done = ofTenant.repeatable().write(session -> jobs.doNext(session, id, runner, step));
            }
            if (done.isPresent()) {
                String state = done.get() == 0 ? "done" : "queued";
                ofTenant.write(session -> {
                    jobs.leave(session, id, runner, state, null);
                    return state;
                });
                LOG.info("job {} is {}", id, state);
            }
        } catch (DatabaseException failure) {
            if (failure.errorClass() != ErrorClass.REJECTED) {
                // It stays this runner's, is silent from now on, and will be taken up again: also where nobody knows
                // whether the last step was committed, because what is left to do is in the database.
                throw failure;
            }
            LOG.error("job {} failed", id, failure);
            ofTenant.write(session -> {
                jobs.leave(session, id, runner, "failed", "The service failed. Its log says why.");
                jobs.discardRows(session, id);
                return id;
            });
        }
    }

    /** Lets the step that runs end, and gives its job back. */
    @Override
    public void stop() {
        running = false;
        if (looks != null) {
            looks.cancel(false);
        }
        thread.shutdown();
        try {
            if (!thread.awaitTermination(END_OF_STEP.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
