package com.scrapersky.profiles.http;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Lets each tenant have so many imports and exports a minute, on each instance. Thread-safe. */
@Component
class ExpensiveRequests {

    private static final int MOST_TENANTS = 100_000;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final LoadingCache<UUID, Bucket> buckets;

    ExpensiveRequests(@Value("${profiles.expensive-requests-per-minute:30}") long perMinute) {
        // A tenant that is silent for longer than it takes to fill its bucket may be forgotten.
        buckets = Caffeine.newBuilder()
                .expireAfterAccess(MINUTE.multipliedBy(2))
                .maximumSize(MOST_TENANTS)
                .build(tenant -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, MINUTE))
                        .build());
    }

    /**
     * Counts one.
     *
     * @throws TooManyRequestsException if that is too many
     */
    void count(UUID tenant) {
        ConsumptionProbe probe = buckets.get(tenant).tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            throw new TooManyRequestsException(
                    Duration.ofNanos(probe.getNanosToWaitForRefill()).plusSeconds(1));
        }
    }
}
