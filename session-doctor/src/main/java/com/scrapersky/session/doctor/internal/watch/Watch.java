package com.scrapersky.session.doctor.internal.watch;

import com.scrapersky.session.doctor.internal.report.Style;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Looks again and again through one connection, and tells what changed: one select each time, unnamed and outside of any
 * transaction, so that a pooler may run each on another backend. For one thread.
 */
public final class Watch {

    private static final String CLEAR = "\u001b[H\u001b[2J";

    private final Connection connection;
    private final PrintStream out;
    private final Style style;
    private final Map<Integer, Look> backends = new TreeMap<>();
    private int looks;
    private int switches;
    private int last;

    public Watch(Connection connection, PrintStream out, Style style) {
        this.connection = connection;
        this.out = out;
        this.style = style;
    }

    /**
     * Looks until it has looked often enough.
     *
     * @param times how often; 0 for ever
     */
    public void run(int times, Duration pause) throws SQLException, InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 1; ; i++) {
            look();
            if (i == times) {
                return;
            }
            never.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void look() throws SQLException {
        Look now = Look.from(connection);
        switches += looks > 0 && now.backend() != last ? 1 : 0;
        looks++;
        last = now.backend();
        backends.put(now.backend(), now);
        if (style == Style.COLOURED) {
            out.print(CLEAR);
        }
        out.println(style.heading("Look " + looks) + "  Ctrl-C ends it");
        out.println("  backends of this database  " + now.backends() + ", " + now.active() + " active, "
                + now.idleInTransaction() + " idle in transaction, " + now.waiting() + " waiting for locks");
        out.println("  held                       the oldest transaction " + seconds(now.longest())
                + ", the longest silence inside one " + seconds(now.idle()));
        out.println("  backend switches           " + switches + " in " + looks + " looks, over " + backends.size()
                + (backends.size() == 1 ? " backend" : " backends"));
        backends.forEach((pid, look) -> out.println("  left on backend " + pid + "  "
                + (look.left().isEmpty() ? "nothing" : String.join("; ", look.left()))));
        out.println();
        out.flush();
    }

    private static String seconds(double time) {
        return String.format(Locale.ROOT, "%.1f s", time);
    }
}
