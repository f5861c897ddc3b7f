package com.scrapersky.session.random;

import static org.assertj.core.api.Assertions.fail;

import com.scrapersky.session.testkit.MayLeak;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The promise of the pool-safe DataSource: through any pooler a program sees what it sees directly, or is refused. */
@MayLeak("who draws a number leaves it on the backend; the campaign's own probe looks for all else after each program")
class RandomProgramsTest {

    /** In every ten steps this many go over a pool that was there before, the others over the factory's own. */
    private static final int TENTHS_OVER_ANYBODYS_POOL = 1;

    // Long runs are asked for on the command line; a program that hangs is noticed by the Runner.

    @ParameterizedTest
    @EnumSource(PoolerKind.class)
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void seeTheSameAsDirectly(PoolerKind pooler) {
        int steps = Options.steps() / 10 * (10 - TENTHS_OVER_ANYBODYS_POOL);
        run(pooler, Pool.Kind.GUARDED, steps / PoolerKind.values().length);
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void seeTheSameOverAnybodysPool() {
        run(PoolerKind.LIKE_SUPAVISOR, Pool.Kind.WRAPPED, Options.steps() / 10 * TENTHS_OVER_ANYBODYS_POOL);
    }

    private static void run(PoolerKind pooler, Pool.Kind pool, int steps) {
        List<Failure> failures = new ArrayList<>();
        try (Campaign campaign = new Campaign(pooler, pool, programs(pooler, pool), Campaign.Oracle.ALL)) {
            int wanted = Options.program() == 0 ? steps : 1;
            while (campaign.steps() < wanted && failures.size() < Options.failures()) {
                campaign.search(wanted - campaign.steps()).ifPresent(failures::add);
            }
            System.out.println(pool + " pool, " + pooler + ": " + campaign.steps() + " steps in " + campaign.programs()
                    + " programs, -Dsky.random.seed=" + Options.seed() + ", refused " + campaign.refused());
        }
        if (!failures.isEmpty()) {
            fail(failures.stream().map(Failure::toString).collect(Collectors.joining("\n\n", "\n", "")));
        }
    }

    private static Supplier<Program> programs(PoolerKind pooler, Pool.Kind pool) {
        if (Options.program() != 0) {
            return () -> Generator.program(Options.program(), Options.features());
        }
        Generator generator =
                new Generator(Options.seed() + 10L * pool.ordinal() + pooler.ordinal(), Options.features());
        return generator::next;
    }
}
