package com.scrapersky.session.doctor.internal.report;

/**
 * One thing that was seen.
 *
 * @param id its name in JSON
 * @param label its name for people
 */
public record Fact(String id, String label, String value) {}
