package com.scrapersky.session.internal.guard;

import java.util.List;

/**
 * A text of one harmless query with the settings of a context in front, put together once.
 *
 * @param text it was put together for, with what was known about the database then
 * @param names of the settings, in the order of their values
 * @param sql what is sent: the values of the settings are its first parameters
 */
record ContextText(KnownText text, List<String> names, String sql) {}
