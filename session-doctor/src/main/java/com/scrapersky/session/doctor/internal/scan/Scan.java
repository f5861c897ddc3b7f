package com.scrapersky.session.doctor.internal.scan;

import com.scrapersky.session.SessionFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the files of an application and lists what touches the session, by the same reader and the same table as the guard of
 * the library. Nothing is executed, and no database is asked.
 */
public final class Scan {

    private static final Set<String> LEFT_OUT =
            Set.of("target", "build", "out", "node_modules", "bin", ".git", ".gradle", ".idea", ".mvn");

    private static final long LARGEST = 2_000_000;

    private final Path root;
    private final List<Sighting> sightings = new ArrayList<>();
    private final List<Path> leftOut = new ArrayList<>();
    private final List<Sighting> readOnlyCalls = new ArrayList<>();
    private final Constants constants = new Constants();
    private int files;
    private int lines;

    private Scan(Path root) {
        this.root = root;
    }

    /**
     * Reads a file, or a directory with all that is in it but build output and hidden directories.
     *
     * @throws IOException if a file cannot be read
     */
    public static Scan of(Path root) throws IOException {
        Scan scan = new Scan(root);
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                Path name = directory.getFileName();
                boolean outside = !directory.equals(root) && name != null && LEFT_OUT.contains(name.toString());
                return outside ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    scan.read(file, attributes.size());
                }
                return FileVisitResult.CONTINUE;
            }
        });
        if (scan.sightings.stream().anyMatch(sighting -> sighting.feature() == SessionFeature.READ_ONLY)) {
            scan.sightings.addAll(scan.readOnlyCalls);
            scan.readOnlyCalls.clear();
        }
        scan.sightings.addAll(scan.constants.sightings().stream().distinct().toList());
        scan.sightings.sort(
                Comparator.comparing((Sighting sighting) -> sighting.file().toString())
                        .thenComparing(Sighting::line)
                        .thenComparing(Sighting::feature));
        return scan;
    }

    private void read(Path file, long size) throws IOException {
        Path shown = root.equals(file) ? file.getFileName() : root.relativize(file);
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (!isRead(name) || shown == null) {
            return;
        }
        if (size > LARGEST) {
            leftOut.add(shown);
            return;
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).replace("\r\n", "\n");
        files++;
        lines += (int) text.lines().count();
        sightings.addAll(sightings(shown, name, text).stream().distinct().toList());
    }

    private static boolean isRead(String name) {
        return name.matches(".*\\.(java|kt|kts|sql|ya?ml|properties|env)|\\.env(\\..*)?|persistence\\.xml");
    }

    private List<Sighting> sightings(Path file, String name, String text) {
        if (name.matches(".*\\.(java|kts?)")) {
            return SourceReading.read(file, text, constants, readOnlyCalls);
        } else if (name.endsWith(".sql")) {
            return SqlReading.read(file, text, 1);
        } else if (name.matches(".*\\.ya?ml")) {
            return SettingReading.yaml(file, text);
        } else if (name.equals("persistence.xml")) {
            return SettingReading.xml(file, text);
        }
        return SettingReading.properties(file, text);
    }

    /** By file and line. */
    public List<Sighting> sightings() {
        return List.copyOf(sightings);
    }

    /**
     * Calls of {@code setReadOnly} where nothing that was read says {@code readOnlyMode=always}: by the driver's default they go
     * with each BEGIN (pgjdbc, {@code PgConnection.setReadOnly} and {@code QueryExecutorImpl.sendQueryPreamble}).
     */
    public List<Sighting> readOnlyCalls() {
        return List.copyOf(readOnlyCalls);
    }

    /** Files that are larger than 2 MB. */
    public List<Path> leftOut() {
        return List.copyOf(leftOut);
    }

    public int files() {
        return files;
    }

    public int lines() {
        return lines;
    }
}
