package com.scrapersky.session.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.reliability.ClockedProgram.Waited;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.reliability.FaultyNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The clock of a program under load is set hours forth and back: work goes on over the same connections, nothing expires, no
 * wait gets shorter or longer, and the ledger is right. {@code NoWallClockTest} looks for the reason in the classes.
 *
 * <p>{@code -Dfaults.rounds=20} for more, as of {@link FaultsTest}.
 */
@Tag("once")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ClockTest {

    private static final int ROUNDS = Integer.getInteger("faults.rounds", 1);
    private static final long SEED = Long.getLong("faults.seed", 7);

    private static final Duration FORTH = Duration.ofHours(3);
    private static final Duration BACK = Duration.ofHours(-5);

    /** What a program waits by itself, and what a loaded machine adds: together less than what the library gives later, after 5 s. */
    private static final Duration LENGTH = Duration.ofSeconds(1);

    private static final Duration LOAD = Duration.ofSeconds(3);

    @Test
    void nothingGoesByIt(@TempDir Path directory) throws Exception {
        try (PostgresLab postgres = PostgresLab.builder()
                        .setting("synchronous_commit", "on")
                        .start();
                PgBouncerLab pooler = PgBouncerLab.builder(postgres).poolSize(3).start();
                FaultyNetwork network = new FaultyNetwork(pooler.port())) {
            Ledger.prepare(postgres);
            String url = pooler.url().replace(":" + pooler.port(), ":" + network.port());
            try (ClockedProgram program = new ClockedProgram(directory, url, postgres.url(), SEED)) {
                program.set(Duration.ZERO);
                program.ask("work");
                int connections = network.connections();
                for (Duration ahead : jumps()) {
                    program.set(ahead);
                    assertThat(program.ask("work")).isEqualTo("worked");
                }
                assertThat(network.connections()).as("connections begun").isEqualTo(connections);

                assertLength(program.waits("connection", List.of(FORTH, BACK)), "ConnectionException", LOAD);
                assertLength(program.waits("pauses", List.of(FORTH, BACK)), "TransactionRolledBackException", LOAD);
                assertLength(program.waits("query", List.of(FORTH)), "StatementCancelledException", LOAD);
                // pgjdbc cancels by the clock of the day, in vain here; what is given five seconds later is the
                // library's.
                Waited back = program.waits("query", List.of(BACK));
                assertThat(back.length())
                        .isBetween(LENGTH, LENGTH.plusSeconds(5).plus(LOAD));

                program.set(Duration.ZERO);
                assertThat(program.ask("work")).isEqualTo("worked");
                assertThat(program.ask("end")).matches("[1-9][0-9]* \\{\\} \\[\\]");
            }
        }
    }

    /** Hours and days, forth and back, and in the long form more of them. */
    private static List<Duration> jumps() {
        if (ROUNDS == 1) {
            return List.of(FORTH, BACK, Duration.ofDays(400), Duration.ofDays(-2));
        }
        Random random = new Random(SEED);
        return IntStream.range(0, 4 * ROUNDS)
                .mapToObj(i -> Duration.ofSeconds(random.nextInt(-2_000_000, 2_000_000)))
                .toList();
    }

    private static void assertLength(Waited waited, String end, Duration more) {
        assertThat(waited.end()).isEqualTo(end);
        assertThat(waited.length()).isBetween(LENGTH.minusMillis(100), LENGTH.plus(more));
    }
}
