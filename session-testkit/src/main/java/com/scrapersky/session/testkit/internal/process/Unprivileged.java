package com.scrapersky.session.testkit.internal.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The user that the servers run as. PostgreSQL and PgBouncer refuse to run as root; under root they run as user and
 * group 65534 ({@code nobody}), and otherwise as the user of this JVM.
 *
 * <p>Every way of dropping root tried here ends in an {@code exec}, so the process started is the server itself, and
 * its process id can be signalled. The last way, a user namespace without a mapping, is for sandboxes that forbid
 * {@code setuid}; there the files go on belonging to root.
 */
public final class Unprivileged {

    private static final int NOBODY = 65534;
    private static final String ID = Integer.toString(NOBODY);

    private static final List<List<String>> WAYS = List.of(
            List.of("setpriv", "--reuid=" + ID, "--regid=" + ID, "--clear-groups"),
            List.of("setpriv", "--reuid=" + ID, "--regid=" + ID, "--keep-groups"),
            List.of("chroot", "--userspec=" + ID + ":" + ID, "/"),
            List.of("unshare", "--user"),
            List.of("unshare", "-U"));

    private final List<String> prefix;
    private final boolean ownsFiles;

    private Unprivileged(List<String> prefix, boolean ownsFiles) {
        this.prefix = prefix;
        this.ownsFiles = ownsFiles;
    }

    private static final class Holder {
        static final String OWN_ID = userId(List.of());
        static final Unprivileged CURRENT = find();
    }

    /** The user for this machine; found once per JVM. */
    public static Unprivileged user() {
        return Holder.CURRENT;
    }

    /** The numeric id of the user that this JVM runs as. */
    public static String jvmUserId() {
        return Holder.OWN_ID;
    }

    private static Unprivileged find() {
        if (!Holder.OWN_ID.equals("0")) {
            return new Unprivileged(List.of(), false);
        }
        for (List<String> way : WAYS) {
            String id = userId(way);
            if (!id.isEmpty() && !id.equals("0")) {
                return new Unprivileged(way, !way.get(0).equals("unshare"));
            }
        }
        throw new IllegalStateException("This JVM runs as root, PostgreSQL and the poolers refuse to, and none of"
                + " setpriv, chroot --userspec and unshare --user can start a process as another user here."
                + " Run the tests as an ordinary user, or allow one of them in this sandbox.");
    }

    private static String userId(List<String> way) {
        List<String> command = new ArrayList<>(way);
        command.addAll(List.of("id", "-u"));
        Command.Result result = Command.run(command);
        String id = result.output().strip();
        return result.succeeded() && id.matches("\\d+") ? id : "";
    }

    /** The command line that runs {@code command} as this user. */
    public List<String> command(List<String> command) {
        List<String> line = new ArrayList<>(prefix);
        line.addAll(command);
        return line;
    }

    /** Makes this user the owner of the file or directory. */
    public void own(Path path) {
        if (!ownsFiles) {
            return;
        }
        try {
            Files.setAttribute(path, "unix:uid", NOBODY);
            Files.setAttribute(path, "unix:gid", NOBODY);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot give " + path + " to user " + ID, e);
        }
    }

    /** Whether this user can reach what is in the directory. */
    public boolean canEnter(Path directory) {
        return Command.run(command(List.of("sh", "-c", "cd \"$1\"", "sh", directory.toString())))
                .succeeded();
    }
}
