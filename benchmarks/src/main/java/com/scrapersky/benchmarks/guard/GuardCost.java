package com.scrapersky.benchmarks.guard;

import com.scrapersky.benchmarks.fake.FakeTexts;
import com.scrapersky.benchmarks.measure.Reading;
import com.scrapersky.benchmarks.measure.SideBySide;
import com.scrapersky.benchmarks.measure.Spread;
import com.scrapersky.benchmarks.measure.Subject;
import com.scrapersky.session.DatabaseSessionFactory;
import com.zaxxer.hikari.HikariDataSource;
import java.util.List;
import javax.sql.DataSource;

/**
 * The guard's processor time beside that of the pool it wraps, in interleaved rounds in one JVM. Ends with 1 where the
 * median of the rounds' ratios is above the bound. The server is in memory and costs next to nothing, so that with a real one,
 * where the kernel's work comes on top for both, the ratio is smaller.
 */
public final class GuardCost {

    private static final double BOUND = 1.05;

    private GuardCost() {}

    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 400;
        try (HikariDataSource plain = FakePools.plain();
                DatabaseSessionFactory factory = FakePools.guarded()) {
            DataSource guarded = factory.dataSource();
            SideBySide run = new SideBySide(List.of(
                            new Subject("plain", () -> OneRow.read(plain, FakeTexts.ONE, 1)),
                            new Subject("guarded", () -> OneRow.read(guarded, FakeTexts.ONE, 1))))
                    .warmUp(100, 5_000)
                    .run(rounds, 5_000);
            System.out.println(
                    "plain   cpu ns " + run.of("plain", Reading::cpu) + " bytes " + run.of("plain", Reading::bytes));
            System.out.println("guarded cpu ns " + run.of("guarded", Reading::cpu) + " bytes "
                    + run.of("guarded", Reading::bytes));
            Spread ratio = run.ratio("guarded", "plain", Reading::cpu);
            System.out.println("ratio cpu " + ratio);
            if (ratio.median() > BOUND) {
                System.err.println("the guard costs more than " + BOUND + " times the pool's processor time");
                System.exit(1);
            }
        }
    }
}
