package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.LeakProbe;
import java.sql.Connection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same statements from many clients over few backends: what pgjdbc's defaults fail at behind such a pooler. */
class PoolerTest {

    private static final int CLIENTS = 8;
    private static final int REPETITIONS = 50;
    private static final String STATEMENT = "select pg_backend_pid() pid, :client::int client, :text::text text";

    @ParameterizedTest
    @EnumSource(value = Route.class, names = "DIRECT", mode = EnumSource.Mode.EXCLUDE)
    void repeatsStatementsWhileBackendsChange(Route route) throws Exception {
        Route.postgres().execute("drop table if exists pooler_test", "create table pooler_test (client int, n int)");
        Set<Integer> backendsSeen = ConcurrentHashMap.newKeySet();
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        CyclicBarrier together = new CyclicBarrier(CLIENTS);
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                                route.endpoint().url())
                        .maximumPoolSize(CLIENTS)
                        .build();
                LeakProbe probe = LeakProbe.before(route.pooler())) {
            List<Future<Integer>> clients = IntStream.range(0, CLIENTS)
                    .mapToObj(client -> threads.submit(() -> {
                        together.await();
                        return switches(sessions, client, backendsSeen);
                    }))
                    .toList();
            int switches = 0;
            for (Future<Integer> client : clients) {
                switches += client.get();
            }
            assertThat(backendsSeen).as("backends used").hasSizeGreaterThan(1);
            assertThat(switches)
                    .as("changes of backend between a client's own statements")
                    .isGreaterThan(CLIENTS);
            assertThat(sessions.sql("select count(*) from pooler_test").single(Integer.class))
                    .isEqualTo(CLIENTS * REPETITIONS);
            probe.assertNothingLeaked();
        } finally {
            threads.shutdownNow();
        }
        FactoryTest.assertNoPreparedStatements(route);
    }

    private static int switches(DatabaseSessionFactory sessions, int client, Set<Integer> backendsSeen) {
        int switches = 0;
        int last = 0;
        for (int n = 0; n < REPETITIONS; n++) {
            int repetition = n;
            int alone = checked(sessions.sql(STATEMENT), client, n);
            int inTransaction = sessions.write(session -> {
                int pid = checked(session.sql(STATEMENT), client, repetition);
                session.sql("insert into pooler_test values (:client, :n)")
                        .param("client", client)
                        .param("n", repetition)
                        .update();
                return pid;
            });
            int reading = sessions.read(session -> checked(session.sql(STATEMENT), client, repetition));
            for (int pid : new int[] {alone, inTransaction, reading}) {
                switches += last != 0 && pid != last ? 1 : 0;
                last = pid;
                backendsSeen.add(pid);
            }
        }
        return switches;
    }

    private static int checked(com.scrapersky.session.SqlStatement statement, int client, int n) {
        var row = statement
                .param("client", client)
                .param("text", client + ":" + n)
                .row();
        assertThat(row.getInt("client")).isEqualTo(client);
        assertThat(row.getString("text")).isEqualTo(client + ":" + n);
        return row.getInt("pid");
    }

    /** One client, each transaction on another backend than the last one. */
    @ParameterizedTest
    @EnumSource(value = Route.class, names = "DIRECT", mode = EnumSource.Mode.EXCLUDE)
    void oneClientGoesRoundAllBackends(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                                route.endpoint().url())
                        .maximumPoolSize(1)
                        .build();
                Backends backends = Backends.of(route.pooler())) {
            Set<Integer> pids = new HashSet<>();
            for (int i = 0; i < 12; i++) {
                int pid = backends.onAnother(() -> sessions.write(session -> {
                    session.sql("select set_config('statement_timeout', '9s', true)")
                            .row();
                    return session.sql("select pg_backend_pid()").single(Integer.class);
                }));
                assertThat(pid).isEqualTo(backends.lastPid());
                pids.add(pid);
                String timeout = backends.onAnother(() -> sessions.sql("select current_setting('statement_timeout')")
                        .single(String.class));
                assertThat(timeout).isEqualTo("0");
            }
            assertThat(pids).hasSize(route.pooler().poolSize());
        }
        FactoryTest.assertNoPreparedStatements(route);
    }

    /** Anything that takes a DataSource. */
    @ParameterizedTest
    @EnumSource(value = Route.class, names = "DIRECT", mode = EnumSource.Mode.EXCLUDE)
    void plainJdbcThroughTheDataSource(Route route) throws Exception {
        // Not by the way that changes backends itself: it would wait for the ones that are held here.
        try (DatabaseSessionFactory sessions =
                        DatabaseSessionFactory.open(route.endpoint().url());
                Backends backends = Backends.of(route.pooler());
                Connection connection = sessions.dataSource().getConnection()) {
            Set<Integer> pids = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                boolean transaction = i % 2 == 0;
                pids.add(backends.onAnother(() -> {
                    connection.setAutoCommit(!transaction);
                    try (var statement = connection.prepareStatement("select pg_backend_pid(), ?::int")) {
                        statement.setInt(1, 5);
                        try (var result = statement.executeQuery()) {
                            assertThat(result.next()).isTrue();
                            int pid = result.getInt(1);
                            if (transaction) {
                                connection.commit();
                            }
                            return pid;
                        }
                    }
                }));
            }
            assertThat(pids).hasSize(route.pooler().poolSize());
        }
        FactoryTest.assertNoPreparedStatements(route);
    }
}
