package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.execute;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A PostgreSQL with a pooler in front that has Supavisor's manners. */
abstract class SupavisorFixture {

    static PostgresLab postgres;
    TransactionPooler pooler;

    @BeforeAll
    static void startPostgres() throws SQLException {
        postgres = PostgresLab.start();
        try (Connection connection = postgres.connect()) {
            execute(connection, "create role stranger");
        }
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @BeforeEach
    void openPooler() {
        pooler = supavisor().start();
    }

    @AfterEach
    void closePooler() {
        pooler.close();
    }

    static TransactionPooler.Builder supavisor() {
        return supavisor(Manners.supavisor());
    }

    static TransactionPooler.Builder supavisor(Manners manners) {
        return TransactionPooler.builder(postgres).preset(manners).poolSize(2);
    }

    static void assertState(Throwable thrown, String state, String text) {
        assertThat(thrown).isInstanceOf(SQLException.class).hasMessageContaining(text);
        assertThat(((SQLException) thrown).getSQLState()).isEqualTo(state);
    }
}
