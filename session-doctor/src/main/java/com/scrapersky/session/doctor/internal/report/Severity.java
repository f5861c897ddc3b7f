package com.scrapersky.session.doctor.internal.report;

import java.util.Locale;

/** How much a finding matters, least first. */
public enum Severity {
    /** Good to know. */
    INFO,
    /** Works now, and will not under load, after a change or for somebody else. */
    WARNING,
    /** Does not work, or is unsafe as it is. */
    ERROR;

    /** As it is written in options and in JSON. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
