package com.scrapersky.profiles;

/** The service cannot start with the configuration it was given. Its message holds no value of a secret variable. */
public final class ConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String wayOut;

    /**
     * @param problem what is wrong
     * @param wayOut what to do about it
     */
    public ConfigurationException(String problem, String wayOut) {
        super(problem);
        this.wayOut = wayOut;
    }

    /** What to do about it. */
    public String wayOut() {
        return wayOut;
    }
}
