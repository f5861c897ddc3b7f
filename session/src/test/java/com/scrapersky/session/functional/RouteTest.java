package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the tests of this package rely on: behind each pooler, no two transactions in a row run on the same backend. */
class RouteTest {

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void everyTransactionGetsAnotherBackend(Route route) throws Exception {
        List<String> backends = new ArrayList<>();
        try (DatabaseSessionFactory sessions = route.open();
                Connection connection = sessions.dataSource().getConnection()) {
            for (int i = 0; i < 12; i++) {
                // Every other one is a transaction of two statements.
                connection.setAutoCommit(i % 2 == 0);
                String backend = PoolSafeDataSourceTest.ask(connection, "select pg_backend_pid()");
                if (i % 2 == 1) {
                    assertThat(PoolSafeDataSourceTest.ask(connection, "select pg_backend_pid()"))
                            .isEqualTo(backend);
                    connection.commit();
                }
                backends.add(backend);
                // As a pool does that fills itself meanwhile: a login takes no backend, and brings none back.
                route.changing().connect(Map.of("assumeMinServerVersion", "12")).close();
            }
        }
        for (int i = 1; i < backends.size(); i++) {
            assertThat(backends.get(i)).as("transaction %s of %s", i, backends).isNotEqualTo(backends.get(i - 1));
        }
    }
}
