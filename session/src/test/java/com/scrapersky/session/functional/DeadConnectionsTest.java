package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.OdysseyLab;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.TransactionPooler;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.jdbc.PgConnection;

/** A pool throws away what is dead, and nothing else: that all backends are busy says nothing about a connection. */
class DeadConnectionsTest {

    private static DatabaseSessionFactory factory(Route route) {
        return DatabaseSessionFactory.builder(route.endpoint().url())
                .maximumPoolSize(1)
                .build();
    }

    /** What is waited for is the time itself: HikariCP asks about a connection that has rested for 500 ms. */
    private static void rest() {
        CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(600, TimeUnit.MILLISECONDS))
                .join();
    }

    private static PgConnection drivers(Connection connection) throws SQLException {
        return connection.unwrap(PgConnection.class);
    }

    private static int one(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select 1")) {
            assertThat(row.next()).isTrue();
            return row.getInt(1);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void whileAllBackendsAreBusyNoSoundConnectionIsThrownAway(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = factory(route);
                Backends backends = Backends.of(route.pooler())) {
            DataSource dataSource = sessions.dataSource();
            PgConnection before;
            try (Connection connection = dataSource.getConnection()) {
                before = drivers(connection);
                assertThat(one(connection)).isEqualTo(1);
            }
            backends.whileAllHeld(() -> {
                rest();
                try (Connection connection = dataSource.getConnection()) {
                    assertThat(drivers(connection)).isSameAs(before);
                    assertThat(connection.isValid(1)).isTrue();
                }
            });
            try (Connection connection = dataSource.getConnection()) {
                assertThat(drivers(connection)).isSameAs(before);
                assertThat(one(connection)).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void whileAllBackendsAreBusyAConnectionIsOpened(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = factory(route);
                Backends backends = Backends.of(route.pooler())) {
            DataSource dataSource = sessions.dataSource();
            PgConnection before;
            try (Connection connection = dataSource.getConnection()) {
                before = drivers(connection);
            }
            backends.whileAllHeld(() -> {
                dataSource.unwrap(HikariDataSource.class).getHikariPoolMXBean().softEvictConnections();
                try (Connection connection = dataSource.getConnection()) {
                    assertThat(drivers(connection)).isNotSameAs(before);
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void aConnectionThatDiedWhileItRestedIsNotHandedOut(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = factory(route)) {
            DataSource dataSource = sessions.dataSource();
            PgConnection before;
            try (Connection connection = dataSource.getConnection()) {
                before = drivers(connection);
                assertThat(one(connection)).isEqualTo(1);
            }
            restart(route.pooler());
            rest();
            try (Connection connection = dataSource.getConnection()) {
                assertThat(drivers(connection)).isNotSameAs(before);
                assertThat(one(connection)).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void aConnectionThatDiesInTheProgramsHandsIsNotValid(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = factory(route);
                Connection connection = sessions.dataSource().getConnection()) {
            assertThat(one(connection)).isEqualTo(1);
            assertThat(connection.isValid(1)).isTrue();
            restart(route.pooler());
            long began = System.nanoTime();
            // The pooler's good-bye may still be on its way.
            while (connection.isValid(1) && System.nanoTime() - began < TimeUnit.SECONDS.toNanos(5)) {
                Thread.onSpinWait();
            }
            assertThat(connection.isValid(1)).isFalse();
        }
    }

    /** In the poolers' different ways: a process that is killed, an end with or without a word. */
    private static void restart(PoolerLab pooler) {
        if (pooler instanceof PgBouncerLab bouncer) {
            bouncer.crash();
            bouncer.restart();
        } else if (pooler instanceof OdysseyLab odyssey) {
            odyssey.crash();
            odyssey.restart();
        } else if (pooler.name().contains("upavisor")) {
            ((TransactionPooler) pooler).faults().restart();
        } else {
            ((TransactionPooler) pooler).faults().drain();
        }
    }
}
