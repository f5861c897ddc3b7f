package com.scrapersky.session.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The promise of the pool-safe DataSource: through any pooler a program sees what it sees directly, or is refused. */
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
        Generator programs = new Generator(Options.seed() + 10L * pool.ordinal() + pooler.ordinal(), Feature.all());
        try (Campaign campaign = new Campaign(pooler, pool, programs, Campaign.Oracle.ALL)) {
            Optional<Failure> failure = campaign.search(steps);
            System.out.println(pool + " pool, " + pooler + ": " + campaign.steps() + " steps in " + campaign.programs()
                    + " programs, -Dsky.random.seed=" + Options.seed() + ", refused " + campaign.refused());
            assertThat(failure).isEmpty();
            assertThat(campaign.steps()).isGreaterThanOrEqualTo(steps);
        }
    }
}
