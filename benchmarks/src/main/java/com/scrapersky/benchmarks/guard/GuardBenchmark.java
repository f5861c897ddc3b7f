package com.scrapersky.benchmarks.guard;

import com.scrapersky.benchmarks.fake.FakeTexts;
import com.scrapersky.benchmarks.measure.ThreadMeter;
import com.scrapersky.session.DatabaseSessionFactory;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A one-row select over pgjdbc and HikariCP as they are, and through the pool-safe DataSource, each in a JVM of its own. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GuardBenchmark {

    /** The pool as it is. */
    @State(Scope.Benchmark)
    public static class Plain {
        private final HikariDataSource pool = FakePools.plain();

        @TearDown
        public void close() {
            pool.close();
        }
    }

    /** The pool behind the guard. */
    @State(Scope.Benchmark)
    public static class Guarded {
        private final DatabaseSessionFactory factory = FakePools.guarded();
        private final DataSource pool = factory.dataSource();

        @TearDown
        public void close() {
            factory.close();
        }
    }

    /** Time on a processor, which others on the machine do not lengthen as they do time on the wall. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Cpu {
        public long nanos;
        public long operations;
        private long begin;

        @Setup(Level.Iteration)
        public void begin() {
            operations = 0;
            begin = ThreadMeter.cpu();
        }

        @TearDown(Level.Iteration)
        public void end() {
            nanos = ThreadMeter.cpu() - begin;
        }
    }

    @Benchmark
    public String plain(Plain state, Cpu cpu) throws SQLException {
        cpu.operations++;
        return OneRow.read(state.pool, FakeTexts.ONE, 1);
    }

    @Benchmark
    public String guarded(Guarded state, Cpu cpu) throws SQLException {
        cpu.operations++;
        return OneRow.read(state.pool, FakeTexts.ONE, 1);
    }
}
