package com.scrapersky.session.testkit.proxy;

import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PostgresEndpoint;
import com.scrapersky.session.testkit.PostgresLab;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * How long a one-row statement in autocommit takes on several endpoints, measured in short blocks that alternate: whatever else
 * the machine does meanwhile slows all of them down alike.
 */
final class LatencyMeter implements AutoCloseable {

    private static final int BLOCK = 100;
    private static final int BLOCKS = 10;
    /** Until the compiler of the JVM has done with the pooler's code, on a machine that keeps it busy with other things. */
    private static final int WARM_UP = 8_000;

    private final List<Connection> connections = new ArrayList<>();
    private final List<PreparedStatement> statements = new ArrayList<>();

    LatencyMeter(PostgresEndpoint... endpoints) throws SQLException {
        for (PostgresEndpoint endpoint : endpoints) {
            Connection connection = Jdbc.unnamed(endpoint);
            connections.add(connection);
            statements.add(connection.prepareStatement("select 1"));
        }
        for (PreparedStatement statement : statements) {
            for (int i = 0; i < WARM_UP; i++) {
                run(statement);
            }
        }
    }

    /** The median of each endpoint in microseconds. */
    double[] round() throws SQLException {
        long[][] nanos = new long[statements.size()][BLOCKS * BLOCK];
        for (int block = 0; block < BLOCKS; block++) {
            for (int each = 0; each < nanos.length; each++) {
                // Another one begins each time: who comes first finds colder caches.
                int which = (each + block) % nanos.length;
                for (int i = 0; i < BLOCK; i++) {
                    long before = System.nanoTime();
                    run(statements.get(which));
                    nanos[which][block * BLOCK + i] = System.nanoTime() - before;
                }
            }
        }
        double[] medians = new double[nanos.length];
        for (int each = 0; each < nanos.length; each++) {
            Arrays.sort(nanos[each]);
            medians[each] = nanos[each][BLOCKS * BLOCK / 2] / 1e3;
        }
        return medians;
    }

    private static void run(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            rows.next();
        }
    }

    @Override
    public void close() throws SQLException {
        for (Connection connection : connections) {
            connection.close();
        }
    }

    /**
     * A real PgBouncer of two backends.
     *
     * @param changing whether each transaction gets another one, as in the emulation; of its own it goes on giving out the same
     */
    static PgBouncerLab pgBouncer(PostgresLab postgres, PgBouncerVersion version, boolean changing)
            throws SQLException {
        PgBouncerLab pooler = PgBouncerLab.builder(postgres)
                .version(version)
                .poolSize(2)
                .setting("server_round_robin", changing ? "1" : "0")
                .start();
        // It opens the second backend only for a second client, and with one of them there is nothing to change.
        try (Connection one = pooler.connect(Map.of("prepareThreshold", "0"));
                Connection other = pooler.connect(Map.of("prepareThreshold", "0"))) {
            one.setAutoCommit(false);
            other.setAutoCommit(false);
            Jdbc.pid(one);
            Jdbc.pid(other);
            one.commit();
            other.commit();
        }
        return pooler;
    }
}
