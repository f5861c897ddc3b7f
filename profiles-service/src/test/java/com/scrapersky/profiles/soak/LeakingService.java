package com.scrapersky.profiles.soak;

import com.scrapersky.profiles.ProfilesApplication;
import jakarta.servlet.Filter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.annotation.Bean;

/** The service with a mistake of each kind that a soak looks for. */
public final class LeakingService {

    private LeakingService() {}

    public static void main(String[] arguments) {
        new SpringApplication(new Class<?>[] {ProfilesApplication.class, Mistakes.class}).run(arguments);
    }

    /**
     * Each request keeps some memory, each fiftieth a thread, and the five hundredth a connection: late, because each look from
     * then on waits for it. Not annotated: the service looks for what is, and would find it whoever starts it.
     */
    static class Mistakes {

        private final ConcurrentLinkedQueue<byte[]> kept = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<Connection> held = new ConcurrentLinkedQueue<>();
        private final AtomicInteger requests = new AtomicInteger();

        @Bean
        Filter leaks(DataSource connections) {
            return (request, response, chain) -> {
                int number = requests.incrementAndGet();
                kept.add(new byte[64 << 10]);
                if (number % 50 == 0) {
                    leakThread();
                }
                if (number == 500) {
                    try {
                        held.add(connections.getConnection());
                    } catch (SQLException away) {
                        throw new IllegalStateException(away);
                    }
                }
                chain.doFilter(request, response);
            };
        }

        private static void leakThread() {
            CountDownLatch never = new CountDownLatch(1);
            Thread thread = new Thread(
                    () -> {
                        try {
                            never.await();
                        } catch (InterruptedException ended) {
                            Thread.currentThread().interrupt();
                        }
                    },
                    "leaked");
            thread.setDaemon(true);
            thread.start();
        }
    }
}
