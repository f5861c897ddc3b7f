package com.scrapersky.profiles.jobs;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.Labs;
import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
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

    private UUID deadJob() {
        UUID dead = UUID.randomUUID();
        execute("insert into profile_jobs (id, tenant_id, kind, state, requested_by, content_hash, rows_received,"
                + " rows_done, rows_added, runner, alive_at) values ('" + dead + "', '" + tenant
                + "', 'import', 'running', 'u', 'h', 3, 2, 2, gen_random_uuid(), now() - interval '1 minute')");
        execute("insert into profile_import_rows (job_id, number, tenant_id, name, active) values ('" + dead + "', 3, '"
                + tenant + "', 'last', true)");
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
        return RunningService.of(in(pooler.url()), in(pooler.postgres().url()), more);
    }

    private static String in(String url) {
        return url.substring(0, url.lastIndexOf('/') + 1) + DATABASE;
    }
}
