package com.scrapersky.session.testkit.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoopbackPortsTest {

    private static final int RANGE = 4_250;

    /** Below 32768, where outgoing connections have theirs (Linux). */
    @Test
    void areOfThisJvmAlone() {
        int start = 15_000 + Integer.getInteger("sky.testkit.fork", 0) % 4 * RANGE;
        Set<Integer> ports =
                IntStream.range(0, 200).mapToObj(any -> LoopbackPorts.free()).collect(Collectors.toSet());

        assertThat(ports)
                .hasSizeGreaterThan(100)
                .allSatisfy(port -> assertThat(port).isBetween(start, start + RANGE - 1));
    }
}
