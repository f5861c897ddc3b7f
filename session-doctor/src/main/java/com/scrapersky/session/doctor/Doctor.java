package com.scrapersky.session.doctor;

import com.scrapersky.session.doctor.internal.command.Console;
import com.scrapersky.session.doctor.internal.command.RootCommand;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The program {@code doctor}: {@code java -jar sky-doctor.jar postgres://user@host/database}. {@code --help} tells all.
 *
 * <p>It reads only, leaves nothing behind on any backend, and gives a password to one server once. For one call in a process;
 * not meant to be called by other programs, which have {@code DatabaseSessionFactory.Builder.diagnose()}.
 */
public final class Doctor {

    private Doctor() {}

    /** Ends the JVM with the exit code that {@code --help} tells. */
    public static void main(String[] arguments) {
        // The driver's log would repeat what the report says.
        Logger driver = Logger.getLogger("org.postgresql");
        driver.setLevel(Level.OFF);
        int exitCode = RootCommand.run(Console.ofThisProcess(), arguments);
        System.exit(exitCode);
    }
}
