package com.scrapersky.benchmarks.guard;

import com.scrapersky.benchmarks.fake.FakeTexts;
import com.scrapersky.benchmarks.measure.Reading;
import com.scrapersky.benchmarks.measure.SideBySide;
import com.scrapersky.benchmarks.measure.Subject;
import com.scrapersky.session.DatabaseSessionFactory;
import com.zaxxer.hikari.HikariDataSource;
import java.util.List;
import javax.sql.DataSource;

/** The guard's cost in one JVM, in interleaved rounds: quick, to see where one stands. */
public final class GuardCost {

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
            System.out.println("ratio cpu " + run.ratio("guarded", "plain", Reading::cpu));
        }
    }
}
