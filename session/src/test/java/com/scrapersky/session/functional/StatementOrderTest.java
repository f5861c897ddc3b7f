package com.scrapersky.session.functional;

import static com.scrapersky.session.functional.PoolSafeDataSourceTest.ask;
import static com.scrapersky.session.functional.PoolSafeDataSourceTest.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.SessionFeatureRefusedException;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGStatement;

/**
 * What random programs found in texts of several statements, in failures, and at the edges of transactions. Each also runs
 * directly, where it shows that PostgreSQL and its driver behave so.
 */
class StatementOrderTest {

    @BeforeAll
    static void createTables() {
        Route.postgres()
                .execute(
                        "create table ordered (id serial primary key, code text unique)",
                        "create table deferred (id int unique deferrable initially deferred)",
                        "create procedure commits_inside() language plpgsql as"
                                + " $$ begin insert into ordered (code) values ('inside'); commit; end $$");
    }

    @AfterAll
    static void dropTables() {
        Route.postgres().execute("drop procedure commits_inside()", "drop table ordered", "drop table deferred");
    }

    private static void behind(Route route, PoolSafeDataSourceTest.Program program) throws Exception {
        Route.postgres().execute("truncate ordered, deferred");
        try (DatabaseSessionFactory sessions = route.open()) {
            OtherBackends.during(route, sessions, () -> {
                try (Connection connection = sessions.dataSource().getConnection()) {
                    program.run(connection);
                }
            });
        }
    }

    private static String failure(Connection connection, String sql) {
        try {
            execute(connection, sql);
            return "";
        } catch (SQLException failed) {
            return String.valueOf(failed.getSQLState());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatATextSetsIsUndoneByItsOwnRollback(Route route) throws Exception {
        behind(route, connection -> {
            execute(connection, "begin; set work_mem = '8MB'; rollback");
            assertThat(ask(connection, "show work_mem")).isEqualTo("4MB");
            execute(connection, "set work_mem = '8MB'; rollback");
            assertThat(ask(connection, "show work_mem")).isEqualTo("4MB");
        });
    }

    @ParameterizedTest
    @EnumSource
    void whatATextSetsHoldsBehindItsOwnCommit(Route route) throws Exception {
        behind(route, connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("begin; set work_mem = '8MB'; commit; show work_mem");
                statement.getMoreResults();
                statement.getMoreResults();
                assertThat(statement.getMoreResults()).isTrue();
                try (ResultSet row = statement.getResultSet()) {
                    row.next();
                    assertThat(row.getString(1)).isEqualTo("8MB");
                }
            }
            assertThat(ask(connection, "show work_mem")).isEqualTo("8MB");
        });
    }

    @ParameterizedTest
    @EnumSource
    void resetAllHoldsForTheRestOfItsTextAndLeavesTheRole(Route route) throws Exception {
        behind(route, connection -> {
            execute(connection, "set role pg_monitor; set work_mem = '8MB'");
            execute(connection, "reset all; select 1 / (current_setting('work_mem') = '4MB')::int");
            assertThat(ask(connection, "select current_user")).isEqualTo("pg_monitor");
            connection.setAutoCommit(false);
            ask(connection, "select set_config('app.tenant', 'local', true)");
            execute(connection, "reset all");
            assertThat(ask(connection, "select coalesce(current_setting('app.tenant', true), '')"))
                    .isEmpty();
            connection.commit();
        });
    }

    @ParameterizedTest
    @EnumSource
    void theIsolationLevelCanBeChosenBehindSettings(Route route) throws Exception {
        behind(route, connection -> {
            connection.setSchema("public");
            execute(connection, "begin");
            execute(connection, "set work_mem = '8MB'");
            execute(connection, "set transaction isolation level serializable");
            assertThat(ask(connection, "show transaction_isolation")).isEqualTo("serializable");
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            execute(connection, "commit");
        });
    }

    @ParameterizedTest
    @EnumSource
    void whatNeedsATransactionBlockIsRefusedInAutocommit(Route route) throws Exception {
        behind(route, connection -> {
            connection.setSchema("pg_catalog");
            // LOCK before its table is looked for, DECLARE behind.
            assertThat(failure(connection, "lock table nowhere")).isEqualTo("25P01");
            assertThat(failure(connection, "declare c cursor for select * from pg_class"))
                    .isEqualTo("25P01");
            assertThat(failure(connection, "declare c cursor for select * from nowhere"))
                    .isEqualTo("42P01");
            try (Statement statement = connection.createStatement()) {
                statement.addBatch("declare c cursor for select 1");
                assertThatExceptionOfType(BatchUpdateException.class).isThrownBy(statement::executeBatch);
            }
            assertThat(failure(connection, "deallocate all; discard all")).isEqualTo("25001");
        });
    }

    @ParameterizedTest
    @EnumSource
    void aBatchWithKeysThatFailsKeepsWhatTheDriverHasCommitted(Route route) throws Exception {
        behind(route, connection -> {
            connection.setSchema("public");
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into ordered (code) values (?)", Statement.RETURN_GENERATED_KEYS)) {
                for (String code : new String[] {"first", "second", "second"}) {
                    insert.setString(1, code);
                    insert.addBatch();
                }
                // Named statements are committed one by one, unnamed ones but the first together.
                boolean named = insert.unwrap(PGStatement.class).getPrepareThreshold() != 0;
                assertThatExceptionOfType(BatchUpdateException.class)
                        .isThrownBy(insert::executeBatch)
                        .satisfies(
                                failed -> assertThat(failed.getUpdateCounts()).containsExactly(1, named ? 1 : -3, -3));
                List<String> codes = new ArrayList<>();
                try (ResultSet keys = insert.getGeneratedKeys()) {
                    while (keys.next()) {
                        codes.add(keys.getString("code"));
                    }
                }
                assertThat(codes).isEqualTo(named ? List.of("first", "second") : List.of("first"));
                assertThat(ask(connection, "select string_agg(code, ',' order by id) from ordered"))
                        .isEqualTo(String.join(",", codes));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aBatchWithBoundedKeysThatFailsKeepsNothing(Route route) throws Exception {
        behind(route, connection -> {
            connection.setSchema("public");
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into ordered (code) values (?)", new String[] {"id"})) {
                for (String code : new String[] {"first", "second", "second"}) {
                    insert.setString(1, code);
                    insert.addBatch();
                }
                assertThatExceptionOfType(BatchUpdateException.class)
                        .isThrownBy(insert::executeBatch)
                        .satisfies(
                                failed -> assertThat(failed.getUpdateCounts()).containsExactly(-3, -3, -3));
                for (String code : new String[] {"third", "fourth"}) {
                    insert.setString(1, code);
                    insert.addBatch();
                }
                assertThat(insert.executeBatch()).containsExactly(1, 1);
                try (ResultSet keys = insert.getGeneratedKeys()) {
                    assertThat(keys.next() && keys.next()).isTrue();
                    assertThat(keys.next()).isFalse();
                }
            }
            assertThat(ask(connection, "select string_agg(code, ',' order by id) from ordered"))
                    .isEqualTo("third,fourth");
        });
    }

    @ParameterizedTest
    @EnumSource
    void aFailureUndoesTheApplicationNameAtOnce(Route route) throws Exception {
        behind(route, connection -> {
            String before = connection.getClientInfo("ApplicationName");
            connection.setAutoCommit(false);
            ask(connection, "select 1");
            connection.setClientInfo("ApplicationName", "report");
            assertThat(failure(connection, "select * from nowhere")).isEqualTo("42P01");
            assertThat(connection.getClientInfo("ApplicationName")).isEqualTo(before);
            // The same name again: the driver sends nothing.
            connection.setClientInfo("ApplicationName", before);
            connection.rollback();
        });
    }

    @ParameterizedTest
    @EnumSource
    void aCommitThatFailsEndsWhatACallHasBegun(Route route) throws Exception {
        behind(route, connection -> {
            connection.setAutoCommit(false);
            connection.setSchema("public");
            execute(connection, "insert into deferred values (1), (1)");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(connection::commit)
                    .satisfies(failed -> assertThat(failed.getSQLState()).isEqualTo("23505"));
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            assertThat(ask(connection, "show transaction_isolation")).isEqualTo("serializable");
            connection.rollback();
        });
    }

    @ParameterizedTest
    @EnumSource
    void aCallBehindACommentMayCommit(Route route) throws Exception {
        behind(route, connection -> {
            try {
                execute(connection, "/* begin */ call commits_inside()");
                assertThat(ask(connection, "select count(*) from ordered")).isEqualTo("1");
            } catch (SessionFeatureRefusedException refused) {
                // Where the pooler drops what the driver asked for, each transaction has to be told something.
                assertThat(route.name()).contains("SUPAVISOR");
                assertThat(ask(connection, "select count(*) from ordered")).isEqualTo("0");
            }
        });
    }
}
