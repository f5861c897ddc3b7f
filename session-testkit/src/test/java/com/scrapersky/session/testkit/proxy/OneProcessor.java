package com.scrapersky.session.testkit.proxy;

import com.scrapersky.session.testkit.internal.process.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A thread that stays on one processor with all threads and processes which it starts, as far as the system lets it (Linux, with
 * {@code taskset}).
 *
 * <p>With two processors, whether the four who take part in a statement wake each other on the same one or across decides
 * between 55 and 110 microseconds, and for whole seconds, for a real PgBouncer as for any other. On one, what is measured is
 * the work that lies on the way; it hardly varies, also on a busy machine.
 */
final class OneProcessor {

    private OneProcessor() {}

    static Thread thread(Runnable work) {
        return new Thread(() -> {
            bind();
            work.run();
        });
    }

    private static void bind() {
        Path self = Path.of("/proc/thread-self");
        if (!Files.exists(self)) {
            return;
        }
        try {
            String thread = Files.readSymbolicLink(self).getFileName().toString();
            String allowed = Command.run(List.of("taskset", "-cp", thread)).output();
            String last = allowed.strip().replaceAll("(?s).*\\D", "");
            if (!last.isEmpty()) {
                Command.run(List.of("taskset", "-cp", last, thread));
            }
        } catch (IOException e) {
            throw new IllegalStateException("The thread does not know its own number", e);
        }
    }
}
