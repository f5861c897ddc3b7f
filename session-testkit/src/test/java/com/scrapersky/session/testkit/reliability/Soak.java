package com.scrapersky.session.testkit.reliability;

import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.reliability.Faults.Named;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * The same work for long, with a fault every few seconds and a look at the program in between: as many minutes as {@code
 * -Dsoak.minutes} says, with the random numbers of {@code -Dsoak.seed}. Without minutes it is the short form: each fault
 * once, and four looks.
 */
public final class Soak {

    private static final long MINUTES = Long.getLong("soak.minutes", 0);
    private static final long SEED = Long.getLong("soak.seed", 11);
    private static final int FEWEST_LOOKS = 4;

    private final long began = System.nanoTime();
    private final Random random = new Random(SEED);
    private final Flatness flatness = new Flatness();

    public static boolean isShort() {
        return MINUTES == 0;
    }

    /** With few backends, and room for few clients; the caller closes it. */
    public static PgBouncerLab pooler(PostgresLab postgres) {
        return PgBouncerLab.builder(postgres)
                .poolSize(4)
                .setting("server_login_retry", "1")
                .setting("max_client_conn", "40")
                .start();
    }

    public Random random() {
        return random;
    }

    /** The looks so far. */
    public Flatness flatness() {
        return flatness;
    }

    public long minutes() {
        return TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - began);
    }

    public boolean goesOn() {
        return flatness.looks().size() < FEWEST_LOOKS || minutes() < MINUTES;
    }

    /** Until the next look: a quarter of the faults in the short form, all of them in the long one, in an order of their own. */
    public List<Named> strikes(List<Named> faults) {
        if (isShort()) {
            int look = flatness.looks().size();
            return faults.subList(faults.size() * look / FEWEST_LOOKS, faults.size() * (look + 1) / FEWEST_LOOKS);
        }
        List<Named> shuffled = new ArrayList<>(faults);
        Collections.shuffle(shuffled, random);
        return shuffled;
    }
}
