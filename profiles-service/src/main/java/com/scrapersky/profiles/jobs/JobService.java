package com.scrapersky.profiles.jobs;

import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.Row;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * What is known about jobs, each method within the session that it is given, as in {@link
 * com.scrapersky.profiles.ProfileService}: policies let a session see its own tenant's jobs only. Thread-safe; one round trip for
 * each method.
 */
@Service
public class JobService {

    private static final int MOST = 100;

    /** The last jobs, newest first. */
    public List<Job> getJobs(DatabaseSession session) {
        return session
                .sql("select " + Job.COLUMNS + " from profile_jobs order by created_at desc, id limit " + MOST)
                .rows()
                .stream()
                .map(Job::of)
                .toList();
    }

    /** One job. */
    public Optional<Job> getJob(DatabaseSession session, UUID id) {
        return session.sql("select " + Job.COLUMNS + " from profile_jobs where id = :id")
                .param("id", id)
                .optionalRow()
                .map(Job::of);
    }

    /** The job of an earlier request with this key, if its content was the same. */
    Optional<Job> withKey(DatabaseSession session, String key, String hash) {
        Optional<Row> row = session.sql(
                        "select content_hash, " + Job.COLUMNS + " from profile_jobs where idempotency_key = :key")
                .param("key", key)
                .optionalRow();
        if (row.isPresent() && !hash.equals(row.get().getString("content_hash"))) {
            throw new KeyReusedException();
        }
        return row.map(Job::of);
    }

    Job create(DatabaseSession session, UUID id, String user, @Nullable String key, String hash, long rows) {
        return Job.of(session.sql("insert into profile_jobs (id, kind, requested_by, idempotency_key, content_hash,"
                        + " rows_received) values (:id, 'import', :user, :key, :hash, :rows) returning " + Job.COLUMNS)
                .param("id", id)
                .param("user", user)
                .param("key", key)
                .param("hash", hash)
                .param("rows", rows)
                .row());
    }

    /** A job that is to be done, for this runner, of whichever tenant. */
    Optional<Row> claim(DatabaseSession session, UUID runner, Duration silence) {
        return session.sql("select id, tenant_id, requested_by from profile_jobs_claim(:runner, make_interval(secs =>"
                        + " :silence))")
                .param("runner", runner)
                .param("silence", silence.toMillis() / 1000.0)
                .optionalRow();
    }

    /**
     * Does the next rows of a job: they leave what was received and become profiles in one transaction, together with the
     * note that they did.
     *
     * @return how many rows were done; nothing if the job is not this runner's any more
     */
    Optional<Long> doNext(DatabaseSession session, UUID id, UUID runner, int most) {
        return session.sql("with mine as (select id from profile_jobs where id = :id and runner = :runner and state ="
                        + " 'running' for update),"
                        + " taken as (select * from profile_import_take((select id from mine), :most)),"
                        + " added as (insert into profiles (tenant_id, name, email, avatar_url, bio, role, active)"
                        + " select tenant_id, name, email, avatar_url, bio, role, active from taken order by number"
                        + " on conflict (tenant_id, lower(email)) do nothing returning 1)"
                        + " update profile_jobs set rows_done = rows_done + (select count(*) from taken),"
                        + " rows_added = rows_added + (select count(*) from added), alive_at = clock_timestamp()"
                        + " where id = (select id from mine) returning (select count(*) from taken) as done")
                .param("id", id)
                .param("runner", runner)
                .param("most", most)
                .optional(Long.class);
    }

    /** Ends a job, or gives it back to be done by somebody else. */
    void leave(DatabaseSession session, UUID id, UUID runner, String state, @Nullable String problem) {
        session.sql("update profile_jobs set state = :state, problem = :problem, runner = null,"
                        + " finished_at = case when :state = 'queued' then null else clock_timestamp() end"
                        + " where id = :id and runner = :runner")
                .param("state", state)
                .param("problem", problem)
                .param("id", id)
                .param("runner", runner)
                .update();
    }

    /** Throws away what was received and will not be done. */
    void discardRows(DatabaseSession session, UUID id) {
        session.sql("select count(*) from profile_import_take(:id, 2147483647)")
                .param("id", id)
                .row();
    }
}
