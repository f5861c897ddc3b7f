package com.scrapersky.session.doctor.internal.command;

import com.scrapersky.session.doctor.internal.examine.Progress;
import java.io.PrintStream;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Says on the error stream what is being waited for, when it takes longer than a second. For one thread. */
final class Waiting implements Progress, AutoCloseable {

    private final PrintStream err;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "progress");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable ScheduledFuture<?> next;

    Waiting(PrintStream err) {
        this.err = err;
    }

    @Override
    public void now(String step) {
        cancel();
        next = clock.schedule(() -> err.println("… " + step), 1, TimeUnit.SECONDS);
    }

    private void cancel() {
        ScheduledFuture<?> waiting = next;
        if (waiting != null) {
            waiting.cancel(false);
        }
    }

    @Override
    public void close() {
        cancel();
        clock.shutdownNow();
    }
}
