package com.scrapersky.session.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PgBouncerLabTest {

    private static PostgresLab postgres;

    @BeforeAll
    static void startPostgres() {
        postgres = PostgresLab.start();
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @ParameterizedTest
    @EnumSource
    void isOfTheStatedVersion(PgBouncerVersion version) throws SQLException {
        try (PgBouncerLab lab = PgBouncerLab.builder(postgres).version(version).start();
                Connection connection = lab.connect()) {
            assertThat(lab.admin("SHOW VERSION"))
                    .singleElement()
                    .satisfies(row -> assertThat(row.get("version")).startsWith("PgBouncer " + version.number() + "."));
            assertThat(query(connection, "show server_version")).startsWith("18.");
        }
    }

    private static String query(Connection connection, String sql) throws SQLException {
        try (ResultSet rows = connection.createStatement().executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
