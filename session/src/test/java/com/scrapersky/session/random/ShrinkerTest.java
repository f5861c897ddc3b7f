package com.scrapersky.session.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Faults of which the smallest program is known. */
class ShrinkerTest {

    private static final int PLENTY = 10_000;

    private static final Line FIRST = new Line("a", Feature.SCHEMA, new ConnectionStep.SetSchema("planted"));
    private static final Line SECOND = new Line("b", Feature.TRANSACTION, new ConnectionStep.Rollback());

    @Test
    void leavesTheLinesThatMatterInTheirOrder() {
        Predicate<Program> fails = program -> {
            int first = program.lines().indexOf(FIRST);
            return first >= 0 && program.lines().lastIndexOf(SECOND) > first;
        };
        for (long seed = 1; seed <= 20; seed++) {
            Program program = planted(seed);
            assertThat(fails.test(program)).isTrue();
            assertThat(new Shrinker(fails, PLENTY).shrink(program).lines()).containsExactly(FIRST, SECOND);
        }
    }

    /** In the first and in the last quarter of a random program. */
    private static Program planted(long seed) {
        Program random = Generator.program(seed, Feature.all());
        List<Line> lines = new ArrayList<>(random.lines());
        lines.add(lines.size() * 3 / 4, SECOND);
        lines.add(lines.size() / 4, FIRST);
        return random.with(lines);
    }

    @Test
    void leavesOutWholeClientsFirst() {
        Program program = Generator.program(3, Feature.all());
        AtomicInteger runs = new AtomicInteger();
        Program shrunk = new Shrinker(
                        candidate -> {
                            runs.incrementAndGet();
                            return candidate.clients().contains("b");
                        },
                        PLENTY)
                .shrink(program);
        assertThat(shrunk.clients()).containsExactly("b");
        assertThat(shrunk.lines()).hasSize(1);
        assertThat(runs).hasValueLessThan(program.lines().size());
    }

    @Test
    void takesDisguisesAndNeighboursAway() {
        SqlText text = new SqlText(List.of("select 1", "set work_mem = '8MB'", "select 2"), Disguise.NESTED_COMMENT);
        Line line = new Line("a", Feature.SETTING, new StatementStep.Execute(text, StatementStep.How.FETCH_SIZE));
        Program shrunk = new Shrinker(program -> program.toString().contains("work_mem"), PLENTY)
                .shrink(new Program(0, List.of(line)));
        assertThat(shrunk.toString())
                .isEqualTo("try (Statement s = a.createStatement()) { s.execute(\"set work_mem = '8MB'\"); }");
    }

    @Test
    void stopsWhenItsRunsAreUsedUp() {
        AtomicInteger runs = new AtomicInteger();
        Program program = planted(1);
        Program shrunk = new Shrinker(
                        candidate -> {
                            runs.incrementAndGet();
                            return candidate.lines().contains(FIRST);
                        },
                        5)
                .shrink(program);
        assertThat(runs).hasValue(5);
        assertThat(shrunk.lines()).contains(FIRST);
    }

    /** A pool that gives a client the session of the one before. */
    private static final class Forgetful implements Side {

        private final DirectSide direct = new DirectSide(Labs.POOLED);
        private @Nullable Connection kept;

        @Override
        public String name() {
            return "forgetful";
        }

        @Override
        public boolean isPooled() {
            return false;
        }

        @Override
        public synchronized Connection borrow() throws SQLException {
            Connection former = kept;
            kept = null;
            return former != null ? former : direct.borrow();
        }

        @Override
        public synchronized void giveBack(Connection connection) throws SQLException {
            if (!connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            connection.setReadOnly(false);
            if (kept == null) {
                kept = connection;
            } else {
                direct.giveBack(connection);
            }
        }

        /** Begins anew, with no session kept. */
        synchronized void forget() {
            Connection former = kept;
            kept = null;
            if (former != null) {
                try {
                    direct.giveBack(former);
                } catch (SQLException e) {
                    throw new IllegalStateException("Cannot end a session: " + e.getMessage(), e);
                }
            }
        }

        @Override
        public Fixture fixture() {
            return direct.fixture();
        }

        @Override
        public void close() {
            forget();
            direct.close();
        }
    }

    /** The schema, the borrowing, and what sees the schema: a statement, or the preparation and execution of one. */
    @Test
    void explainsAPlantedLeakByItsSmallestProgram() {
        Forgetful forgetful = new Forgetful();
        try (Trial trial = new Trial(new DirectSide(Labs.DIRECT), forgetful)) {
            Predicate<Program> fails = program -> {
                forgetful.forget();
                return !trial.run(program, Program.Pace.IN_TURN).isEqual();
            };
            Generator programs = new Generator(Options.seed(), Feature.soundAnd(Feature.SCHEMA));
            Program failing = programs.next();
            while (!fails.test(failing)) {
                failing = programs.next();
            }
            Program shrunk = new Shrinker(fails, PLENTY).shrink(failing);
            assertThat(shrunk.lines()).as("%s", shrunk).hasSizeBetween(3, 4);
            assertThat(shrunk.lines().get(0).feature()).isEqualTo(Feature.SCHEMA);
            assertThat(shrunk.lines().get(1).step()).isEqualTo(new ConnectionStep.Reborrow());
        }
    }
}
