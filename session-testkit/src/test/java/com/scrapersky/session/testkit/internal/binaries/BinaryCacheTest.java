package com.scrapersky.session.testkit.internal.binaries;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BinaryCacheTest {

    @TempDir
    Path directory;

    /** Asks for an entry, and says when it fills it, when it waits for another JVM that does, and what it got. */
    static final class Asker {
        public static void main(String[] arguments) throws Exception {
            AtomicBoolean filled = new AtomicBoolean();
            Thread main = Thread.currentThread();
            Thread watcher = new Thread(() -> {
                // The other JVM holds the lock for as long as the test wants: whoever is in the lock's code waits
                // there.
                while (!filled.get() && !isWaiting(main)) {
                    Thread.onSpinWait();
                }
                if (!filled.get()) {
                    System.out.println("waiting");
                }
            });
            watcher.setDaemon(true);
            if (arguments[0].equals("second")) {
                watcher.start();
            }
            Path got = BinaryCache.ofUser().obtain("entry", target -> {
                filled.set(true);
                System.out.println("filling");
                if (System.in.read() != '\n') {
                    throw new IOException("told to fail");
                }
                Files.writeString(target.resolve("content"), arguments[0]);
            });
            filled.set(true);
            System.out.println("got " + Files.readString(got.resolve("content")));
        }

        private static boolean isWaiting(Thread thread) {
            return Arrays.stream(thread.getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().equals("lock0"));
        }
    }

    @Test
    void isFilledByOneJvmWhileTheOtherWaits() throws Exception {
        Map<String, String> environment = Map.of("XDG_CACHE_HOME", directory.toString());
        try (ChildJvm first = new ChildJvm(Asker.class, environment, "first")) {
            assertThat(first.line()).isEqualTo("filling");
            try (ChildJvm second = new ChildJvm(Asker.class, environment, "second")) {
                assertThat(second.line()).isEqualTo("waiting");
                first.tell("");
                assertThat(first.rest()).isEqualTo("got first\n");
                assertThat(second.rest()).isEqualTo("got first\n");
            }
        }
    }

    @Test
    void isFilledByTheNextWhenOneDies() throws Exception {
        Map<String, String> environment = Map.of("XDG_CACHE_HOME", directory.toString());
        try (ChildJvm first = new ChildJvm(Asker.class, environment, "first")) {
            assertThat(first.line()).isEqualTo("filling");
            first.kill();
            try (ChildJvm second = new ChildJvm(Asker.class, environment, "third")) {
                assertThat(second.line()).isEqualTo("filling");
                second.tell("");
                assertThat(second.rest()).isEqualTo("got third\n");
            }
        }
    }
}
