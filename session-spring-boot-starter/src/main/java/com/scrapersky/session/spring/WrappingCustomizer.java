package com.scrapersky.session.spring;

import com.scrapersky.session.Wrapping;

/**
 * Changes how one DataSource of the application is wrapped, after the properties under {@code sky.session}. Those are for
 * the main DataSource only; this is the way to say something about another one.
 *
 * <pre>{@code
 * @Bean
 * WrappingCustomizer reports() {
 *     return (name, wrapping) -> {
 *         if (name.equals("reportsDataSource")) {
 *             wrapping.pooler(PoolerProfile.pgBouncerTransaction());
 *         }
 *     };
 * }
 * }</pre>
 *
 * <p>Asked once for each DataSource, when its first connection is wanted.
 */
@FunctionalInterface
public interface WrappingCustomizer {

    /**
     * Changes what is wrapped around one DataSource.
     *
     * @param name the name of its bean
     */
    void customize(String name, Wrapping wrapping);
}
