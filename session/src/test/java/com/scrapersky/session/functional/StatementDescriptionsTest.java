package com.scrapersky.session.functional;

import static com.scrapersky.session.functional.StatementModeTest.QUESTION;
import static com.scrapersky.session.functional.StatementModeTest.UNTIL_NAMED;
import static com.scrapersky.session.functional.StatementModeTest.ask;
import static com.scrapersky.session.functional.StatementModeTest.askOften;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a connection remembers of its named statements, when their tables change or their descriptions fail. */
class StatementDescriptionsTest {

    @ParameterizedTest
    @EnumSource(
            value = Route.class,
            names = {"DIRECT", "PGBOUNCER_1_26", "ODYSSEY_RESERVED", "LIKE_PGBOUNCER_1_26"})
    void changedTablesAreReadWithoutAnError(Route route) throws Exception {
        String table = "changing_" + route.name().toLowerCase(java.util.Locale.ROOT);
        Route.postgres()
                .execute(
                        "drop table if exists " + table,
                        "create table " + table + " (a int)",
                        "insert into " + table + " values (1)");
        String read = "select * from " + table;
        try (DatabaseSessionFactory sessions = route.open()) {
            readOften(sessions, read, 1);
            for (int columns = 2; columns < 4; columns++) {
                Route.postgres().execute("alter table " + table + " add column c" + columns + " text");
                assertThat(columns(sessions.sql(read).row()))
                        .as("in autocommit")
                        .isEqualTo(columns);
                readOften(sessions, read, columns);
            }
            Route.postgres().execute("alter table " + table + " add column d text");
            assertThat(columns(sessions.write(session -> session.sql(read).row())))
                    .as("first in its transaction")
                    .isEqualTo(4);
        }
    }

    /** pgjdbc takes a named statement for described when it failed to be, and then finds no columns for its rows. */
    @ParameterizedTest
    @EnumSource(Route.class)
    void aDescriptionThatFailsIsForgotten(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = route.open()) {
            askOften(sessions);
            for (int i = 0; i < Route.BACKENDS; i++) {
                try (Connection connection = sessions.dataSource().getConnection();
                        Statement other = connection.createStatement()) {
                    connection.setAutoCommit(false);
                    assertThatThrownBy(() -> other.execute("select 1 / 0"))
                            .isInstanceOf(SQLException.class)
                            .hasMessageContaining("division by zero");
                    try (PreparedStatement statement = connection.prepareStatement(QUESTION)) {
                        statement.setInt(1, 3);
                        assertThatThrownBy(statement::executeQuery).hasMessageContaining("aborted");
                        assertThatThrownBy(statement::getParameterMetaData).hasMessageContaining("aborted");
                        assertThatThrownBy(statement::getMetaData).hasMessageContaining("aborted");
                    }
                    connection.rollback();
                    assertThat(ask(connection)).isEqualTo(3);
                    connection.commit();
                }
            }
        }
    }

    /**
     * A named statement belongs to all clients of a backend, and the server describes it as the first of them prepared it. Odyssey
     * with reserved statements keeps unnamed ones by their text, too.
     */
    @ParameterizedTest
    @EnumSource(value = Route.class, mode = EnumSource.Mode.EXCLUDE, names = "ODYSSEY_RESERVED")
    void aDescriptionIsThatOfTheSessionsOwnTables(Route route) throws Exception {
        Route.postgres()
                .execute(
                        "create schema if not exists described_a",
                        "create schema if not exists described_b",
                        "create table if not exists described_a.described (n bigint)",
                        "create table if not exists described_b.described (n text)");
        String insert = "insert into described values (?)";
        try (DatabaseSessionFactory sessions = route.open()) {
            for (String schema : List.of("described_a", "described_b")) {
                String type = schema.equals("described_a") ? "int8" : "text";
                for (int i = 0; i < UNTIL_NAMED + Route.BACKENDS; i++) {
                    try (Connection connection = sessions.dataSource().getConnection()) {
                        connection.setSchema(schema);
                        try (PreparedStatement statement = connection.prepareStatement(insert)) {
                            assertThat(statement.getParameterMetaData().getParameterTypeName(1))
                                    .isEqualTo(type);
                            statement.setObject(1, type.equals("text") ? "1" : 1L);
                            assertThat(statement.executeUpdate()).isEqualTo(1);
                        }
                    }
                }
            }
        } finally {
            Route.postgres().execute("drop schema described_a, described_b cascade");
        }
    }

    private static void readOften(DatabaseSessionFactory sessions, String read, int columns) {
        for (int i = 0; i < UNTIL_NAMED + Route.BACKENDS; i++) {
            assertThat(columns(sessions.sql(read).row())).isEqualTo(columns);
            assertThat(columns(sessions.write(session -> session.sql(read).row())))
                    .isEqualTo(columns);
        }
    }

    private static int columns(Row row) {
        return row.size();
    }

    @ParameterizedTest
    @EnumSource(
            value = Route.class,
            names = {"DIRECT", "PGBOUNCER_1_26"})
    void whereSomethingWasDoneBeforeTheErrorIsToldOnce(Route route) {
        Route.postgres()
                .execute(
                        "drop table if exists changing",
                        "create table changing (a int)",
                        "insert into changing values (1)");
        String read = "select * from changing";
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                        route.endpoint().url())
                .maximumPoolSize(1)
                .build()) {
            readOften(sessions, read, 1);
            Route.postgres().execute("alter table changing add column b text");
            assertThatThrownBy(() -> sessions.write(session -> {
                        session.sql("insert into changing values (2, 'two')").update();
                        return session.sql(read).rows();
                    }))
                    .isInstanceOf(DatabaseException.class)
                    .satisfies(error ->
                            assertThat(((DatabaseException) error).sqlState()).hasValue("0A000"));
            List<Row> again = sessions.write(session -> {
                session.sql("insert into changing values (2, 'two')").update();
                return session.sql(read).rows();
            });
            assertThat(again).hasSize(2);
        }
    }
}
