package com.scrapersky.session.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What the fuzzer has found worth keeping goes on being read: {@code bin/fuzz} finds more. */
class FuzzCorpusTest {

    private static void run(String target, Consumer<byte[]> test) throws IOException {
        List<byte[]> inputs = Corpus.of(target);
        assertThat(inputs).hasSizeGreaterThan(20);
        for (byte[] input : inputs) {
            test.accept(input);
        }
    }

    @Test
    void urls() throws IOException {
        run("url", UrlTarget::fuzzerTestOneInput);
    }

    @Test
    void namedParameters() throws IOException {
        run("scanner", ScannerTarget::fuzzerTestOneInput);
    }

    @Test
    void textsOfTheGuard() throws IOException {
        run("guard", GuardTarget::fuzzerTestOneInput);
    }
}
