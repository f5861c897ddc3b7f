package com.scrapersky.session.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A test, or all tests of a class, in which the backend has to change behind each pooler that it uses: {@link LeakWatch} fails it
 * where all ran on one backend, by what PostgreSQL says of them ({@code pg_stat_activity}). Such a test passes on a direct
 * connection as well, and has proved nothing. As {@link PoolerTest#mustChangeBackend()}, for tests with poolers of their own.
 *
 * <pre>{@code
 * @MustChangeBackend
 * class OrdersTest { … }
 * }</pre>
 *
 * <p>It asks for a change behind each pooler by itself, and counts the work of {@code @BeforeEach} methods as the test's. Where a
 * backend went away in the test, nobody can tell what ran there, and it is not judged; nor is a test that failed. {@link
 * MayKeepBackend} on a method lets that one pass. Costs nothing beyond what {@code LeakWatch} does.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
public @interface MustChangeBackend {}
