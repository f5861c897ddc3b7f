package com.scrapersky.session.random;

import com.scrapersky.session.random.Program.Pace;
import com.scrapersky.session.testkit.Leak;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Runs programs through a pooler and directly until one differs or leaves something behind, and explains that one by a
 * smaller one. Used by one thread.
 */
final class Campaign implements AutoCloseable {

    /** After so many programs the backends are looked at. */
    private static final int PROGRAMS_BETWEEN_LOOKS = 20;

    private static final int RUNS_TO_SHRINK = 400;

    /** How often a program of clients at once is tried: which backend they get is another one each time. */
    private static final int TRIES_AT_ONCE = 5;

    /** What counts as a failure. */
    enum Oracle {
        /** What the programs see, and what they leave on the backends. */
        ALL,
        /** What each program sees, on backends that nobody used before. */
        VISIBLE
    }

    private final PooledSide pooled;
    private final Oracle oracle;
    private final Trial trial;
    private final Supplier<Program> programs;
    private final List<Program> sinceLook = new ArrayList<>();
    private final Map<Feature, Integer> refused = new EnumMap<>(Feature.class);
    private int steps;
    private int count;

    Campaign(PoolerKind pooler, Pool.Kind pool, Supplier<Program> programs, Oracle oracle) {
        this.oracle = oracle;
        this.pooled = new PooledSide(Labs.POOLED, pooler, pool);
        this.trial = new Trial(new DirectSide(Labs.DIRECT, pooled), pooled);
        this.programs = programs;
    }

    /** The first failure within that many steps more, explained. */
    Optional<Failure> search(int more) {
        int end = steps + more;
        while (steps < end) {
            Pace pace = nextPace();
            Comparison comparison = next(pace);
            if (!comparison.isEqual()) {
                return Optional.of(explained(comparison, pace));
            }
            if (sinceLook.size() == PROGRAMS_BETWEEN_LOOKS || steps >= end) {
                List<Leak> leaks = leaks();
                if (!leaks.isEmpty()) {
                    return Optional.of(explained(leaks));
                }
                sinceLook.clear();
            }
        }
        return Optional.empty();
    }

    /** The first program within that many steps more that shows a difference, as it is. */
    Optional<Comparison> firstDifference(int more) {
        int end = steps + more;
        while (steps < end) {
            Comparison comparison = next(nextPace());
            if (!comparison.isEqual()) {
                return Optional.of(comparison);
            }
        }
        return Optional.empty();
    }

    /** Mostly in turn, which can be repeated. */
    private Pace nextPace() {
        return count % 3 == 2 ? Pace.AT_ONCE : Pace.IN_TURN;
    }

    private Comparison next(Pace pace) {
        if (oracle == Oracle.VISIBLE && count > 0) {
            restart();
        }
        Program program = programs.get();
        Comparison comparison = run(program, pace);
        steps += program.lines().size();
        count++;
        sinceLook.add(program);
        comparison
                .found()
                .refused()
                .forEach(line -> refused.merge(program.lines().get(line).feature(), 1, Integer::sum));
        return comparison;
    }

    int steps() {
        return steps;
    }

    int programs() {
        return count;
    }

    /** How many steps were refused. */
    Map<Feature, Integer> refused() {
        return Map.copyOf(refused);
    }

    private Comparison run(Program program, Pace pace) {
        if (pace == Pace.IN_TURN) {
            return trial.run(program, pace);
        }
        // One backend less than clients.
        return pooled.whileOneBackendIsHeld(() -> trial.run(program, pace));
    }

    private Failure explained(Comparison comparison, Pace pace) {
        Program program = comparison.program();
        List<Program> candidates = new ArrayList<>();
        candidates.add(program);
        if (pace == Pace.AT_ONCE) {
            candidates.add(program.with(comparison.found().order().stream()
                    .map(program.lines()::get)
                    .toList()));
        }
        // What the ones before left behind may have come to light only now.
        if (sinceLook.size() > 1) {
            candidates.add(sinceLook.get(sinceLook.size() - 2).then(program));
            candidates.add(sinceLook.stream().reduce(Program::then).orElseThrow());
        }
        for (Program candidate : candidates) {
            Optional<Verdict> verdict = afresh(candidate, Pace.IN_TURN, 1);
            if (verdict.isPresent()) {
                return shrunk(comparison, verdict.get(), Pace.IN_TURN, 1);
            }
        }
        Optional<Verdict> verdict = afresh(program, Pace.AT_ONCE, TRIES_AT_ONCE);
        if (verdict.isPresent()) {
            return shrunk(comparison, verdict.get(), Pace.AT_ONCE, TRIES_AT_ONCE);
        }
        return unrepeatable(comparison, List.of());
    }

    private Failure explained(List<Leak> leaks) {
        List<Program> candidates = new ArrayList<>(sinceLook);
        candidates.add(sinceLook.stream().reduce(Program::then).orElseThrow());
        for (Program candidate : candidates) {
            Optional<Verdict> verdict = afresh(candidate, Pace.IN_TURN, 1);
            if (verdict.isPresent()) {
                return shrunk(verdict.get().comparison(), verdict.get(), Pace.IN_TURN, 1);
            }
        }
        Program last = sinceLook.get(sinceLook.size() - 1);
        return unrepeatable(run(last, Pace.IN_TURN), leaks);
    }

    private Failure unrepeatable(Comparison comparison, List<Leak> leaks) {
        restart();
        return new Failure(pooled.pooler().name(), comparison, leaks, comparison, false);
    }

    private Failure shrunk(Comparison original, Verdict found, Pace pace, int tries) {
        Verdict[] smallest = {found};
        new Shrinker(
                        candidate -> {
                            Optional<Verdict> verdict =
                                    afresh(candidate, pace, tries).filter(found::isLike);
                            verdict.ifPresent(smaller -> smallest[0] = smaller);
                            return verdict.isPresent();
                        },
                        RUNS_TO_SHRINK)
                .shrink(found.comparison().program());
        restart();
        return new Failure(pooled.pooler().name(), original, smallest[0].leaks(), smallest[0].comparison(), true);
    }

    /** What is wrong with a program on backends that nobody used before. */
    private record Verdict(Comparison comparison, List<Leak> leaks) {

        boolean isWrong() {
            return !comparison.isEqual() || !leaks.isEmpty();
        }

        boolean isLike(Verdict other) {
            return comparison.kind().equals(other.comparison.kind());
        }
    }

    private Optional<Verdict> afresh(Program program, Pace pace, int tries) {
        for (int once = 0; once < tries; once++) {
            pooled.renew();
            Verdict verdict = new Verdict(run(program, pace), leaks());
            if (verdict.isWrong()) {
                return Optional.of(verdict);
            }
        }
        return Optional.empty();
    }

    private List<Leak> leaks() {
        return oracle == Oracle.VISIBLE ? List.of() : pooled.leaks();
    }

    private void restart() {
        sinceLook.clear();
        pooled.renew();
    }

    @Override
    public void close() {
        trial.close();
    }
}
