package com.scrapersky.session.random;

import com.scrapersky.session.random.Program.Pace;
import com.scrapersky.session.testkit.Leak;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

    private final PooledSide pooled;
    private final Trial trial;
    private final Generator programs;
    private final List<Program> sinceLook = new ArrayList<>();
    private final Map<Feature, Integer> refused = new EnumMap<>(Feature.class);
    private int steps;
    private int count;

    Campaign(PoolerKind pooler, Pool.Kind pool, Generator programs) {
        this.pooled = new PooledSide(Labs.POOLED, pooler, pool);
        this.trial = new Trial(new DirectSide(Labs.DIRECT), pooled);
        this.programs = programs;
    }

    /** The first failure within that many steps more. */
    Optional<Failure> search(int more) {
        int end = steps + more;
        while (steps < end) {
            Program program = programs.next();
            // Mostly in turn, which can be repeated.
            Pace pace = count % 3 == 2 ? Pace.AT_ONCE : Pace.IN_TURN;
            Comparison comparison = run(program, pace);
            steps += program.lines().size();
            count++;
            comparison
                    .found()
                    .refused()
                    .forEach(line -> refused.merge(program.lines().get(line).feature(), 1, Integer::sum));
            sinceLook.add(program);
            if (!comparison.isEqual()) {
                return Optional.of(explained(comparison, pace));
            }
            if (sinceLook.size() == PROGRAMS_BETWEEN_LOOKS || steps >= end) {
                List<Leak> leaks = pooled.leaks();
                if (!leaks.isEmpty()) {
                    return Optional.of(explained(leaks));
                }
                sinceLook.clear();
            }
        }
        return Optional.empty();
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
        // What the one before left behind may have come to light only now.
        if (sinceLook.size() > 1) {
            candidates.add(sinceLook.get(sinceLook.size() - 2).then(program));
            candidates.add(sinceLook.stream().reduce(Program::then).orElseThrow());
        }
        for (Program candidate : candidates) {
            if (afresh(candidate, Pace.IN_TURN, 1) != null) {
                return shrunk(comparison, List.of(), candidate, Pace.IN_TURN, 1);
            }
        }
        if (afresh(program, Pace.AT_ONCE, TRIES_AT_ONCE) != null) {
            return shrunk(comparison, List.of(), program, Pace.AT_ONCE, TRIES_AT_ONCE);
        }
        restart();
        return new Failure(pooled.pooler().name(), comparison, List.of(), comparison, false);
    }

    private Failure explained(List<Leak> leaks) {
        List<Program> candidates = new ArrayList<>(sinceLook);
        candidates.add(sinceLook.stream().reduce(Program::then).orElseThrow());
        for (Program candidate : candidates) {
            Verdict verdict = afresh(candidate, Pace.IN_TURN, 1);
            if (verdict != null) {
                return shrunk(verdict.comparison(), leaks, candidate, Pace.IN_TURN, 1);
            }
        }
        restart();
        Comparison last = run(sinceLook.get(sinceLook.size() - 1), Pace.IN_TURN);
        return new Failure(pooled.pooler().name(), last, leaks, last, false);
    }

    private Failure shrunk(Comparison original, List<Leak> leaks, Program program, Pace pace, int tries) {
        Program smallest =
                new Shrinker(candidate -> afresh(candidate, pace, tries) != null, RUNS_TO_SHRINK).shrink(program);
        Verdict last = null;
        // Once more for its transcripts; one of clients at once may need several goes.
        for (int again = 0; last == null && again < TRIES_AT_ONCE; again++) {
            last = afresh(smallest, pace, tries);
        }
        restart();
        return last == null
                ? new Failure(pooled.pooler().name(), original, leaks, original, false)
                : new Failure(pooled.pooler().name(), original, last.leaks(), last.comparison(), true);
    }

    /** What is wrong with a program on backends that nobody used before. */
    private record Verdict(Comparison comparison, List<Leak> leaks) {}

    private @Nullable Verdict afresh(Program program, Pace pace, int tries) {
        for (int once = 0; once < tries; once++) {
            pooled.renew();
            Comparison comparison = run(program, pace);
            List<Leak> leaks = pooled.leaks();
            if (!comparison.isEqual() || !leaks.isEmpty()) {
                return new Verdict(comparison, leaks);
            }
        }
        return null;
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
