package com.scrapersky.benchmarks.peers;

import java.time.OffsetDateTime;
import java.util.UUID;

/** What every peer makes of a row. */
public record Profile(
        int id,
        UUID tenant,
        String name,
        String email,
        String bio,
        boolean active,
        int score,
        OffsetDateTime created) {}
