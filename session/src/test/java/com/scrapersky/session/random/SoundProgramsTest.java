package com.scrapersky.session.random;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That the judge is fair: where nothing can go wrong, nothing is found. */
class SoundProgramsTest {

    private static final int STEPS_DIRECTLY = 6_000;
    private static final int STEPS_POOLED = 1_500;

    /** One side in turn, the other one at once: so the clients do have nothing to do with each other. */
    @Test
    void programsSeeTheSameOnTwoServers() {
        Generator programs = new Generator(Options.seed(), Feature.all());
        try (Trial trial = new Trial(new DirectSide(Labs.DIRECT), new DirectSide(Labs.POOLED))) {
            for (int steps = 0; steps < STEPS_DIRECTLY; ) {
                Comparison comparison = trial.run(programs.next(), Program.Pace.IN_TURN);
                assertThat(comparison.differences()).as("%s", comparison).isEmpty();
                steps += comparison.program().lines().size();
            }
        }
    }

    /** What keeps no state goes through a pooler without any help. */
    @ParameterizedTest
    @EnumSource(PoolerKind.class)
    void soundStepsNeedNoGuard(PoolerKind pooler) {
        Generator programs = new Generator(Options.seed(), Feature.soundAnd());
        try (Campaign campaign = new Campaign(pooler, Pool.Kind.PLAIN, programs::next, Campaign.Oracle.ALL)) {
            assertThat(campaign.search(STEPS_POOLED)).isEmpty();
            assertThat(campaign.steps()).isGreaterThanOrEqualTo(STEPS_POOLED);
        }
    }

    @Test
    void aSeedAlwaysGivesTheSameProgram() {
        Program program = new Generator(7, Feature.all()).next();
        assertThat(new Generator(7, Feature.all()).next()).isEqualTo(program);
        assertThat(Generator.program(program.seed(), Feature.all())).isEqualTo(program);
        assertThat(new Generator(8, Feature.all()).next()).isNotEqualTo(program);
    }
}
