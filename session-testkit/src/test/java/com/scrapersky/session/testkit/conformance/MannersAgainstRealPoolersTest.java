package com.scrapersky.session.testkit.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The imitation is checked against the real thing: every case runs behind a real PgBouncer and behind the {@link
 * TransactionPooler} that imitates it, and what the program sees and what it leaves on the backends has to be the same.
 */
@Tag("once")
class MannersAgainstRealPoolersTest {

    private static PostgresLab postgres;

    @BeforeAll
    static void start() throws SQLException {
        postgres = PostgresLab.start();
        try (Connection connection = postgres.connect()) {
            JdbcSteps.execute(connection, "create role stranger");
            JdbcSteps.execute(connection, "create schema elsewhere");
            JdbcSteps.execute(connection, "create sequence numbers");
            JdbcSteps.execute(
                    connection,
                    "create function numbers_cursor() returns refcursor language plpgsql as $$ declare c refcursor;"
                            + " begin open c for select generate_series(1, 5); return c; end $$");
        }
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    /** The guide says how many. */
    @Test
    void theListIsAsLongAsTheGuideSays() throws IOException {
        assertThat(JdbcCases.all()).hasSizeGreaterThanOrEqualTo(40);
        assertThat(Files.readString(Path.of("../docs/testkit.md")))
                .contains("a list of " + JdbcCases.all().size() + " things");
    }

    @TestFactory
    Stream<DynamicTest> asPgBouncer118() {
        return compare(PgBouncerVersion.V1_18, Manners.pgBouncer118());
    }

    @TestFactory
    Stream<DynamicTest> asPgBouncer126() {
        return compare(PgBouncerVersion.V1_26, Manners.pgBouncer126());
    }

    private static Stream<DynamicTest> compare(PgBouncerVersion version, Manners manners) {
        return JdbcCases.all().stream()
                .map(each -> DynamicTest.dynamicTest(manners + ": " + each.name(), () -> {
                    String real;
                    try (PoolerLab pooler = PgBouncerLab.builder(postgres)
                            .version(version)
                            .poolSize(2)
                            .start()) {
                        real = verdict(pooler, each);
                    }
                    try (PoolerLab pooler = TransactionPooler.builder(postgres)
                            .preset(manners)
                            .handOver(HandOver.LONGEST_IDLE)
                            .checkoutTimeout(Duration.ofSeconds(20))
                            .poolSize(2)
                            .start()) {
                        assertThat(verdict(pooler, each)).isEqualTo(real);
                    }
                }));
    }

    private static String verdict(PoolerLab pooler, JdbcCase each) throws SQLException {
        try (Connection connection = postgres.connect()) {
            JdbcSteps.execute(connection, "drop table if exists shape");
        }
        List<String> seen = new ArrayList<>();
        try (Backends backends = Backends.of(pooler);
                LeakProbe probe = LeakProbe.before(backends)) {
            seen.add(JdbcSteps.outcome(() -> {
                try (Connection connection = pooler.connect(each.properties())) {
                    for (JdbcCase.Step step : each.steps()) {
                        seen.add(JdbcSteps.outcome(() -> backends.onAnother(() -> step.run(connection))));
                    }
                }
                return "closed";
            }));
            String leaks = probe.leaks().stream()
                    .map(leak -> leak.kind() + " " + leak.name())
                    .distinct()
                    .sorted()
                    .collect(Collectors.joining(", "));
            return seen + ", leaks: " + leaks;
        }
    }
}
