package com.scrapersky.session.random;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.random.Campaign.Oracle;
import com.scrapersky.session.testkit.MayLeak;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * That the judge sees: HikariCP and pgjdbc with {@code prepareThreshold=0} are known to go wrong behind transaction-mode
 * poolers, so random programs have to find it.
 */
@MayLeak("what the plain driver leaves is what these programs are to find")
@Tag("once")
class UnguardedPoolTest {

    /** By everything together one is found in the first or second program. */
    private static final int STEPS = 1_000;

    /** By a single feature. */
    private static final int STEPS_OF_ONE_FEATURE = 3_000;

    /** What remains of a program: the state, a borrowing or two in between, and what sees it. */
    private static final int LONGEST_EXPLANATION = 10;

    @ParameterizedTest
    @EnumSource(names = {"LIKE_SUPAVISOR", "PGBOUNCER_1_26"})
    void isCaughtAndExplainedBriefly(PoolerKind pooler) {
        Generator programs = new Generator(Options.seed(), Feature.all());
        try (Campaign campaign = new Campaign(pooler, Pool.Kind.PLAIN, programs::next, Oracle.VISIBLE)) {
            Failure failure = campaign.search(STEPS).orElseThrow();
            assertThat(failure.isRepeatable()).as("%s", failure).isTrue();
            assertThat(failure.shrunk().isEqual()).as("%s", failure).isFalse();
            assertThat(failure.shrunk().program().lines())
                    .as("%s", failure)
                    .hasSizeLessThanOrEqualTo(LONGEST_EXPLANATION)
                    .anyMatch(line -> !line.feature().isSound());
        }
    }

    /** Leaks that no statement shows are found on the backends. */
    @ParameterizedTest
    @EnumSource(names = {"LIKE_SUPAVISOR", "PGBOUNCER_1_26"})
    void isCaughtByWhatStaysOnBackends(PoolerKind pooler) {
        Generator programs = new Generator(Options.seed(), Feature.soundAnd(Feature.HOLD));
        try (Campaign campaign = new Campaign(pooler, Pool.Kind.PLAIN, programs::next, Oracle.ALL)) {
            Failure failure = campaign.search(STEPS).orElseThrow();
            assertThat(failure.leaks()).as("%s", failure).isNotEmpty();
        }
    }

    static Stream<Feature> everyFeatureThatGoesWrong() {
        return Arrays.stream(Feature.values()).filter(Feature::isSeenUnguarded);
    }

    @ParameterizedTest
    @MethodSource("everyFeatureThatGoesWrong")
    void isCaughtByEachFeatureAlone(Feature feature) {
        // Among little else, so that it comes often.
        Set<Feature> features = EnumSet.of(Feature.DATA, Feature.TRANSACTION, feature);
        Generator programs = new Generator(Options.seed(), features);
        try (Campaign campaign =
                new Campaign(PoolerKind.LIKE_SUPAVISOR, Pool.Kind.PLAIN, programs::next, Oracle.VISIBLE)) {
            assertThat(campaign.firstDifference(STEPS_OF_ONE_FEATURE))
                    .as("%s, in %s steps", feature, STEPS_OF_ONE_FEATURE)
                    .isPresent();
        }
    }
}
