package com.scrapersky.session.testkit.reliability;

import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PostgresEndpoint;
import com.scrapersky.session.testkit.PostgresLab;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What strikes a program behind PgBouncer. */
public final class Faults {

    /** What happens. */
    @FunctionalInterface
    public interface Fault {
        void strike() throws Exception;
    }

    public record Named(String name, Fault fault) {}

    private final PostgresLab postgres;
    private final Random random;
    private final List<String> tables;

    /**
     * @param tables what DDL changes meanwhile; each has a column {@code id}
     */
    public Faults(PostgresLab postgres, Random random, String... tables) {
        this.postgres = postgres;
        this.random = random;
        this.tables = List.of(tables);
    }

    public List<Named> ofPgBouncer(PgBouncerLab pooler, FaultyNetwork network) {
        return List.of(
                new Named("the pooler is killed and started again", () -> {
                    pooler.crash();
                    pooler.restart();
                }),
                new Named("PAUSE, and RESUME after half a second", () -> {
                    pooler.pause();
                    whileItLasts(500);
                    pooler.resume();
                }),
                new Named("RECONNECT", pooler::reconnect),
                new Named("the server crashes and starts again", () -> {
                    postgres.crash();
                    postgres.restart();
                }),
                new Named("a backend is killed, whatever it does", () -> kill("true", 20)),
                new Named("a backend is killed in a statement", () -> kill("query like 'update%'", 20)),
                new Named("a backend is killed in COMMIT", () -> kill("query like 'COMMIT%'", 20)),
                new Named("an idle backend is killed", () -> kill("state = 'idle'", 5)),
                new Named("all connections are cut", network::cut),
                new Named("a COMMIT does not arrive", network::cutBeforeCommit),
                new Named("the answer to a COMMIT does not arrive", network::cutAfterCommit),
                new Named("the network stalls for a second", () -> {
                    network.stall();
                    whileItLasts(1000);
                    network.flow();
                }),
                new Named("the server is down for a second", this::stopServer),
                new Named("others have all backends for a second", () -> hold(pooler, pooler.poolSize())),
                new Named("no room for clients for a second", () -> crowd(pooler, network)),
                new Named("DDL on the tables", this::changeTables));
    }

    /** What takes a while by itself is the fault's length: nothing here says when it has had its effect. */
    public static void whileItLasts(long millis) {
        CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS))
                .join();
    }

    public void stopServer() {
        postgres.stop();
        whileItLasts(1000);
        postgres.restart();
    }

    public void changeTables() {
        String name = "c" + random.nextInt(Integer.MAX_VALUE);
        List<String> statements = new ArrayList<>(List.of("set lock_timeout = '20s'"));
        tables.forEach(table -> {
            statements.add("alter table " + table + " add column " + name + " int default 1");
            statements.add("create index " + name + "_of_" + table + " on " + table + " (id)");
        });
        tables.forEach(table -> {
            statements.add("drop index " + name + "_of_" + table);
            statements.add("alter table " + table + " drop column " + name);
        });
        postgres.execute(statements.toArray(String[]::new));
    }

    /** Again and again, so that some are met in the middle of what is wanted. */
    private void kill(String which, int times) throws SQLException {
        try (Connection connection = postgres.connect();
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < times; i++) {
                statement.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                        + " and backend_type = 'client backend' and " + which + " order by random() limit 1");
            }
        }
    }

    private static void hold(PostgresEndpoint pooler, int backends) throws SQLException {
        List<Connection> held = new ArrayList<>();
        try {
            for (int i = 0; i < backends; i++) {
                Connection connection = pooler.connect();
                held.add(connection);
                connection.setAutoCommit(false);
                try (Statement statement = connection.createStatement()) {
                    statement.execute("select 1");
                }
            }
            whileItLasts(1000);
        } finally {
            for (Connection connection : held) {
                connection.close();
            }
        }
    }

    /** Others take all places, while the program has to connect anew. */
    private static void crowd(PostgresEndpoint pooler, FaultyNetwork network) throws SQLException {
        List<Connection> held = new ArrayList<>();
        try {
            network.cut();
            for (int i = 0; i < 60; i++) {
                try {
                    held.add(pooler.connect());
                } catch (SQLException full) {
                    break;
                }
            }
            whileItLasts(1000);
        } finally {
            for (Connection connection : held) {
                connection.close();
            }
        }
    }
}
