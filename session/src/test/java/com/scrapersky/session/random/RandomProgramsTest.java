package com.scrapersky.session.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The promise of the pool-safe DataSource: through any pooler a program sees what it sees directly, or is refused. */
class RandomProgramsTest {

    /** Long runs are asked for on the command line; what hangs is noticed by the {@link Runner}. */
    @ParameterizedTest
    @EnumSource(PoolerKind.class)
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void seeTheSameAsDirectly(PoolerKind pooler) {
        Generator programs = new Generator(Options.seed() + pooler.ordinal(), Feature.all());
        try (Campaign campaign = new Campaign(pooler, Pool.Kind.GUARDED, programs, Campaign.Oracle.ALL)) {
            Optional<Failure> failure = campaign.search(Options.steps() / PoolerKind.values().length);
            System.out.println(pooler + ": " + campaign.steps() + " steps in " + campaign.programs()
                    + " programs, seed " + Options.seed() + ", refused " + campaign.refused());
            assertThat(failure).as("seed %s", Options.seed()).isEmpty();
        }
    }
}
