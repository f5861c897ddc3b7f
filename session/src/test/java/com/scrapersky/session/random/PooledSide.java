package com.scrapersky.session.random;

import com.scrapersky.session.testkit.Leak;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.SequenceCheck;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** All clients on one pool, through a pooler with few backends. */
final class PooledSide implements Side {

    private static final String[] CUSTOM_SETTINGS = {"app.tenant", "app.actor", "app.seen"};

    private final Pool.Kind poolKind;
    private final Fixture fixture;
    private final PoolerLab pooler;
    private LeakProbe probe;
    private Pool pool;

    PooledSide(PostgresLab postgres, PoolerKind kind, Pool.Kind poolKind) {
        this.poolKind = poolKind;
        this.fixture = new Fixture(postgres);
        pooler = kind.start(postgres);
        probe = probe();
        pool = poolKind.open(pooler);
    }

    @Override
    public String name() {
        return "pooled";
    }

    @Override
    public boolean isPooled() {
        return true;
    }

    @Override
    public Connection borrow() throws SQLException {
        return pool.dataSource().getConnection();
    }

    @Override
    public void giveBack(Connection connection) throws SQLException {
        connection.close();
    }

    @Override
    public Fixture fixture() {
        return fixture;
    }

    PoolerLab pooler() {
        return pooler;
    }

    /** What the programs so far left on the backends. */
    List<Leak> leaks() {
        return probe.leaks();
    }

    /** Does something while one of the backends belongs to somebody else. */
    <T> T whileOneBackendIsHeld(Supplier<T> work) {
        try (Connection other = pooler.connect(DirectSide.PROPERTIES);
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select 1 " + Fixture.MARK);
            T result = work.get();
            other.rollback();
            return result;
        } catch (SQLException e) {
            throw new IllegalStateException("No backend of " + pooler.name() + " can be held: " + e.getMessage(), e);
        }
    }

    /** Starts again with backends and connections that nobody has used. Whoever watches the pooler need not begin anew. */
    void renew() {
        probe.close();
        pool.close();
        if (pooler instanceof PgBouncerLab bouncer) {
            bouncer.killClients();
        } else if (pooler instanceof TransactionPooler hostile) {
            hostile.faults().restart();
        }
        fixture.endAllSessions();
        probe = probe();
        pool = poolKind.open(pooler);
    }

    /** Opens all backends, too, so that there is always another one. */
    private LeakProbe probe() {
        return LeakProbe.builder(pooler)
                .customSettings(CUSTOM_SETTINGS)
                .sequences(SequenceCheck.OFF)
                .before();
    }

    @Override
    public void close() {
        probe.close();
        pool.close();
        pooler.close();
        fixture.endAllSessions();
        fixture.close();
    }

    static String text(List<Leak> leaks) {
        return leaks.stream().map(leak -> "\n  " + leak).collect(Collectors.joining());
    }
}
