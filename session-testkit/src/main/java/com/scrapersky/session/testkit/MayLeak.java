package com.scrapersky.session.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A test, or all tests of a class, that may leave something on a pooler's backends: {@link LeakWatch} lets it pass, and has
 * the backends replaced before the next test.
 *
 * <pre>{@code
 * @Test
 * @MayLeak("the plain driver's way, for comparison")
 * void whatThePlainDriverDoes() { … }
 * }</pre>
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface MayLeak {

    /** Why it has to, for the reader. */
    String value();
}
