package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.pid;
import static com.scrapersky.session.testkit.proxy.Jdbc.unnamed;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ManyClientsTest {

    private static final int CLIENTS = 500;
    private static final int TRANSACTIONS = 10;

    @Test
    void fiveHundredWorkAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        List<Connection> connections = new ArrayList<>();
        try (PostgresLab postgres = PostgresLab.builder().maxConnections(40).start();
                TransactionPooler pooler = TransactionPooler.pgBouncer126(postgres.url())
                        .poolSize(10)
                        .trustClients()
                        .start()) {
            List<Future<Connection>> opened = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                opened.add(threads.submit(() -> unnamed(pooler)));
            }
            for (Future<Connection> connection : opened) {
                connections.add(connection.get());
            }
            // All of them are open now, and all of them work at the same time.
            List<Future<Integer>> switches = new ArrayList<>();
            for (Connection connection : connections) {
                switches.add(threads.submit(() -> work(connection)));
            }
            for (Future<Integer> count : switches) {
                assertThat(count.get()).isEqualTo(TRANSACTIONS);
            }
            assertThat(pooler.counters().sameBackendAgain()).isZero();
            assertThat(pooler.backendPids()).hasSizeLessThanOrEqualTo(11);
            for (Connection connection : connections) {
                connection.close();
            }
        } finally {
            threads.shutdown();
        }
    }

    private static int work(Connection connection) throws Exception {
        connection.setAutoCommit(false);
        int last = 0;
        int switches = 0;
        for (int i = 0; i < TRANSACTIONS; i++) {
            int pid = pid(connection);
            assertThat(pid(connection)).isEqualTo(pid);
            if (pid != last) {
                switches++;
            }
            last = pid;
            connection.commit();
        }
        return switches;
    }
}
