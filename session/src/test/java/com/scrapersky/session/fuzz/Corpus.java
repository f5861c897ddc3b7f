package com.scrapersky.session.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The inputs that a fuzzer has found worth keeping, one Base64 line each: a file for each would be thousands. */
public final class Corpus {

    private static final Path FILES = Path.of("src/test/resources/fuzz");

    private Corpus() {}

    static List<byte[]> of(String target) throws IOException {
        return decode(FILES.resolve(target + ".txt"));
    }

    private static List<byte[]> decode(Path file) throws IOException {
        List<byte[]> inputs = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            inputs.add(Base64.getDecoder().decode(line));
        }
        return inputs;
    }

    /** {@code unpack target directory} and {@code pack target directory}, for {@code bin/fuzz}, in the module's directory. */
    public static void main(String[] arguments) throws IOException {
        Path file = FILES.resolve(arguments[1] + ".txt");
        Path directory = Files.createDirectories(Path.of(arguments[2]));
        if (arguments[0].equals("unpack")) {
            int number = 0;
            for (byte[] input : decode(file)) {
                Files.write(directory.resolve("kept-" + number++), input);
            }
            return;
        }
        List<String> lines = new ArrayList<>();
        try (Stream<Path> inputs = Files.list(directory)) {
            for (Path input : inputs.toList()) {
                lines.add(Base64.getEncoder().encodeToString(Files.readAllBytes(input)));
            }
        }
        // Short ones first: who reads a failure reads the shortest.
        lines.sort(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()));
        Files.write(file, lines);
    }
}
