package com.scrapersky.profiles.jobs;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.Labs;
import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A job outlives the instance that works on it, and each of its rows is done once. In a database without other instances. */
@Tag("once")
class RestartTest {

    private static final int ROWS = 3_000;
    private static final String DATABASE = "restarts";
    private static final String LOST = "lost_commits";

    private final PgBouncerLab pooler = Labs.pooler(PgBouncerVersion.V1_26);
    private final UUID tenant = UUID.randomUUID();

    @Test
    void whatOneBeganAnotherEnds() {
        Labs.postgres().createDatabase(DATABASE);
        String job;
        try (RunningService first = service("--profiles.jobs.rows-per-step=1")) {
            String csv = IntStream.range(0, ROWS)
                    .mapToObj(i -> "n" + i + "\n")
                    .collect(Collectors.joining("", "name\n", ""));
            Answer received = first.send(first.request(tenant, "POST", PROFILES + "/import", csv)
                    .setHeader("Content-Type", "text/csv")
                    .build());
            job = received.data().get("id").asString();
            while (done(job) == 0) {
                Thread.onSpinWait();
            }
        }
        try (RunningService second = service("--profiles.jobs.silence=2s", "--profiles.jobs.look-every=500ms")) {
            Answer resumed = RunningService.finishedJob(second, tenant, job);
            assertThat(resumed.data().get("state").asString()).isEqualTo("done");
            assertThat(resumed.data().get("rows_added").asInt()).isEqualTo(ROWS);
            assertThat(count("count(distinct name)")).isEqualTo(ROWS);
            assertThat(count("count(*)")).isEqualTo(ROWS);

            // What a process leaves that was killed: a job that somebody has, and nobody works on.
            UUID dead = deadJob();
            Answer taken = RunningService.finishedJob(second, tenant, dead.toString());
            assertThat(taken.data().get("state").asString()).isEqualTo("done");
            assertThat(taken.data().get("rows_done").asInt()).isEqualTo(3);
            assertThat(count("count(*)")).isEqualTo(ROWS + 1);
        }
    }

    /** Whether its last step was committed, nobody knows; what is left to do is in the database. */
    @Test
    void aJobGoesOnWhoseCommitWasLost() throws Exception {
        Labs.postgres().createDatabase(LOST);
        try (RunningService service = RunningService.of(
                        in(pooler.url(), LOST),
                        in(pooler.postgres().url(), LOST),
                        "--profiles.jobs.silence=2s",
                        "--profiles.jobs.look-every=500ms");
                Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://" + Labs.postgres().host() + ":"
                                + Labs.postgres().port() + "/" + LOST,
                        Labs.postgres().user(),
                        Labs.postgres().password());
                Statement statement = connection.createStatement()) {
            statement.execute("create function slowly() returns trigger language plpgsql as"
                    + " $$ begin perform pg_sleep(60); return null; end $$");
            statement.execute(
                    "create constraint trigger slow_commit after insert on profiles deferrable initially deferred"
                            + " for each row execute function slowly()");
            String job = service.send(service.request(tenant, "POST", PROFILES + "/import", "name\na\nb\n")
                            .setHeader("Content-Type", "text/csv")
                            .build())
                    .data()
                    .get("id")
                    .asString();
            String inCommit = "select pid from pg_stat_activity where query = 'COMMIT' and state = 'active'"
                    + " and datname = '" + LOST + "'";
            while (Labs.count(LOST, "select count(*) from (" + inCommit + ") waiting") == 0) {
                Thread.onSpinWait();
            }
            Labs.count(LOST, "select count(pg_terminate_backend(pid)) from (" + inCommit + ") waiting");
            statement.execute("drop trigger slow_commit on profiles");

            Answer resumed = RunningService.finishedJob(service, tenant, job);
            assertThat(resumed.data().get("state").asString())
                    .as(resumed.toString())
                    .isEqualTo("done");
            assertThat(resumed.data().get("rows_added").asInt()).isEqualTo(2);
            assertThat(Labs.count(LOST, "select count(*) from profiles")).isEqualTo(2);
        }
    }

    private UUID deadJob() {
        UUID dead = UUID.randomUUID();
        // Its row first: a job that is there is taken at any moment.
        execute("insert into profile_import_rows (job_id, number, tenant_id, name, active) values ('" + dead + "', 3, '"
                + tenant + "', 'last', true)");
        execute("insert into profile_jobs (id, tenant_id, kind, state, requested_by, content_hash, rows_received,"
                + " rows_done, rows_added, runner, alive_at) values ('" + dead + "', '" + tenant
                + "', 'import', 'running', 'u', 'h', 3, 2, 2, gen_random_uuid(), now() - interval '1 minute')");
        return dead;
    }

    private static int done(String job) {
        return (int) count("coalesce(max(rows_done), 0)", "profile_jobs where id = '" + job + "'");
    }

    private long count(String what) {
        return count(what, "profiles where tenant_id = '" + tenant + "'");
    }

    private static long count(String what, String from) {
        return Labs.count(DATABASE, "select " + what + " from " + from);
    }

    private static void execute(String statement) {
        Labs.count(DATABASE, "with done as (" + statement + " returning 1) select count(*) from done");
    }

    private RunningService service(String... more) {
        return RunningService.of(
                in(pooler.url(), DATABASE), in(pooler.postgres().url(), DATABASE), more);
    }

    private static String in(String url, String database) {
        return url.substring(0, url.lastIndexOf('/') + 1) + database;
    }
}
