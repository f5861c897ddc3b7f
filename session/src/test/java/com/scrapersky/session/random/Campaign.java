package com.scrapersky.session.random;

import com.scrapersky.session.random.Program.Pace;
import com.scrapersky.session.testkit.Leak;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
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

    /** A program that ran behind the pooler, and is still to be measured. */
    private record Pending(Pace pace, Future<Comparison> comparison) {}

    /** The first failure within that many steps more, explained. */
    Optional<Failure> search(int more) {
        int end = steps + more;
        List<Pending> pending = new ArrayList<>();
        while (steps < end) {
            Pace pace = nextPace();
            pending.add(new Pending(pace, begin(pace)));
            boolean looks = oracle == Oracle.VISIBLE || sinceLook.size() >= PROGRAMS_BETWEEN_LOOKS || steps >= end;
            if (!looks && pending.size() == 1) {
                continue;
            }
            Pending first = pending.remove(0);
            Optional<Failure> failure = difference(first, pending);
            if (looks && failure.isEmpty()) {
                for (Pending last : pending) {
                    failure = failure.or(() -> difference(last, List.of()));
                }
                pending.clear();
                failure = failure.or(this::leak);
                sinceLook.clear();
            }
            if (failure.isPresent()) {
                return failure;
            }
        }
        return Optional.empty();
    }

    /** @param pending what has to come to its end before another program runs */
    private Optional<Failure> difference(Pending one, List<Pending> pending) {
        Comparison comparison = arrived(one.comparison());
        if (comparison.isEqual()) {
            return Optional.empty();
        }
        pending.forEach(other -> arrived(other.comparison()));
        return Optional.of(explained(comparison, one.pace()));
    }

    private Optional<Failure> leak() {
        List<Leak> leaks = leaks();
        return leaks.isEmpty() ? Optional.empty() : Optional.of(explained(leaks));
    }

    private static Comparison arrived(Future<Comparison> comparison) {
        try {
            return comparison.get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("A program could not be compared", e);
        }
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
        return arrived(begin(pace));
    }

    /** Runs the next program behind the pooler, and has it run directly beside the one that follows. */
    private Future<Comparison> begin(Pace pace) {
        if (oracle == Oracle.VISIBLE && count > 0) {
            restart();
        }
        Program program = programs.get();
        Transcript found = paced(pace, () -> trial.judge(program, pace));
        steps += program.lines().size();
        count++;
        sinceLook.add(program);
        found.refused().forEach(line -> refused.merge(program.lines().get(line).feature(), 1, Integer::sum));
        return trial.compareAside(program, found);
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
        return trial.compared(program, paced(pace, () -> trial.judge(program, pace)));
    }

    private Transcript paced(Pace pace, Supplier<Transcript> run) {
        // At once there is one backend less than clients.
        return pace == Pace.IN_TURN ? run.get() : pooled.whileOneBackendIsHeld(run);
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
        int at = sinceLook.indexOf(program);
        if (at > 0) {
            candidates.add(sinceLook.get(at - 1).then(program));
            candidates.add(
                    sinceLook.subList(0, at + 1).stream().reduce(Program::then).orElseThrow());
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
