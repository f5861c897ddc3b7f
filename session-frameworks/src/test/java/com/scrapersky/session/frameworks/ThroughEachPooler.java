package com.scrapersky.session.frameworks;

import com.scrapersky.session.testkit.Pooler;
import com.scrapersky.session.testkit.PoolerTest;
import com.scrapersky.session.testkit.SequenceCheck;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A test that runs once behind each pooler, and fails when it left anything on a backend ({@link PoolerTest}).
 *
 * <p>Odyssey without its defaults: it would reset every backend, and hide what a program leaves there. Six backends:
 * four for programs whose transactions nest, and two that {@link OtherClient} may hold.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@PoolerTest(
        poolers = {Pooler.PGBOUNCER_1_18, Pooler.PGBOUNCER_1_26, Pooler.ODYSSEY_BARE, Pooler.HOSTILE_SUPAVISOR},
        poolSize = 6,
        // Identity columns leave a state of their sequence behind, which currval and lastval of another client could
        // read: the
        // guard lets nobody ask outside of the transaction that drew the number.
        sequences = SequenceCheck.OFF)
public @interface ThroughEachPooler {}
