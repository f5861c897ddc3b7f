package com.scrapersky.session.internal.url;

/** A parameter that was translated: its name and value as given, and what it means here. */
public record Note(String parameter, String value, String meaning) {}
