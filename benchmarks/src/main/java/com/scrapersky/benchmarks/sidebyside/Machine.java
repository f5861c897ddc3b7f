package com.scrapersky.benchmarks.sidebyside;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Stream;

/** What it ran on. */
final class Machine {

    private Machine() {}

    static String describe() {
        return String.format(
                Locale.ROOT,
                "%d processors, %s; %s; JDK %s (%s)",
                Runtime.getRuntime().availableProcessors(),
                model(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.version"),
                System.getProperty("java.vm.vendor"));
    }

    /** How many threads wanted a processor in the last minute: more than there are, and the times are not worth much. */
    static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static String model() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown model");
        } catch (IOException notLinux) {
            return "unknown model";
        }
    }

    /** The version of the library that a class is from. */
    static String version(Class<?> type) {
        String version = type.getPackage().getImplementationVersion();
        return version == null ? "" : version;
    }

    /** The same of a library whose manifest does not tell: Maven leaves it beside. */
    static String version(Class<?> type, String group, String artifact) throws IOException {
        try (InputStream told =
                type.getResourceAsStream("/META-INF/maven/" + group + "/" + artifact + "/pom.properties")) {
            Properties properties = new Properties();
            if (told != null) {
                properties.load(told);
            }
            return properties.getProperty("version", "");
        }
    }
}
