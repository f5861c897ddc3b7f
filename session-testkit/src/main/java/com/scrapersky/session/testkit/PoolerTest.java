package com.scrapersky.session.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * A test method that runs once behind each of these poolers, and fails when it proved nothing or left something behind.
 *
 * <pre>{@code
 * @PoolerTest(poolers = {Pooler.PGBOUNCER_1_18, Pooler.ODYSSEY})
 * void keepsTheTenantsApart(PoolerLab pooler, Backends backends) throws SQLException {
 *     try (Connection connection = connect(pooler.jdbcUrl())) {
 *         chooseTenant(connection, "a");
 *         backends.onAnother(() -> assertThat(tenant(connection)).isEqualTo("a"));
 *     }
 * }
 * }</pre>
 *
 * <p><b>It fails when the backend never changed</b>, that is, when all transactions of the test ran on one and the same
 * backend: such a test would pass on a direct connection as well. {@link Backends#onAnother} changes it; the PgBouncers here
 * do so by themselves with every transaction. <b>It fails when the test leaked</b>: a {@link LeakProbe} looks before the
 * {@code @BeforeEach} methods and after the {@code @AfterEach} methods, so what these do counts, and connections that they
 * close are no leak. The backends that a test left dirty are replaced before the next test.
 *
 * <p>Parameters of the method, and of {@code @BeforeEach} and {@code @AfterEach} methods, may be a {@link PoolerLab}, the
 * {@link Pooler}, {@link Backends}, the {@link LeakProbe} (for {@link LeakProbe#during steps}), and the {@link PostgresLab}
 * behind the pooler. Use these {@code Backends} rather than others: they notice on which backends the test ran.
 *
 * <p>One PostgreSQL and one pooler of each kind and size serve all tests of the JVM, and end with it. So tests share a
 * database, and run one at a time also where JUnit runs others in parallel.
 *
 * <p>Works with JUnit Jupiter 5.9 and later, and 6. A pooler that cannot be had fails the test with the ways to get it.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@TestTemplate
@ExtendWith(PoolerTestExtension.class)
@ResourceLock("com.scrapersky.session.testkit.PoolerTest")
public @interface PoolerTest {

    /** The poolers to run behind, one after the other. */
    Pooler[] poolers() default {Pooler.PGBOUNCER_1_18, Pooler.PGBOUNCER_1_26, Pooler.ODYSSEY};

    /** How many backends the pooler has; at least two, or none can change. */
    int poolSize() default 3;

    /** See {@link LeakProbe.Builder#customSettings}. */
    String[] customSettings() default {};

    /** See {@link LeakProbe.Builder#sequences}. */
    SequenceCheck sequences() default SequenceCheck.WHERE_READ;

    /** Whether the test has to leave nothing behind; if not, it may assert what the probe finds by itself. */
    boolean mustNotLeak() default true;

    /** Whether the test has to run on more than one backend. */
    boolean mustChangeBackend() default true;
}
