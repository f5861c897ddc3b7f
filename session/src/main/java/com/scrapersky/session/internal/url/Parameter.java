package com.scrapersky.session.internal.url;

/**
 * One parameter that a connection string may hold.
 *
 * @param name as it is written, in this case only
 * @param origin who defined it
 * @param secret whether its value must never be shown
 * @param meaning what becomes of its value
 * @param description one line for the documentation
 */
record Parameter(String name, Origin origin, boolean secret, Meaning meaning, String description) {

    /** Who defined a parameter; where two have the same name, the first here has its way. */
    enum Origin {
        LIBPQ,
        FORMER_SYSTEM,
        OTHER_TOOL,
        DRIVER
    }

    /** Turns a value into properties of the driver, hints for the factory, or a refusal. */
    @FunctionalInterface
    interface Meaning {
        void translate(String name, String value, DriverTranslation target);
    }
}
