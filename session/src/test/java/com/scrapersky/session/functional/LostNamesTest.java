package com.scrapersky.session.functional;

import static com.scrapersky.session.functional.StatementModeTest.UNTIL_NAMED;
import static com.scrapersky.session.functional.StatementModeTest.askOften;
import static com.scrapersky.session.functional.StatementModeTest.backendsOf;
import static com.scrapersky.session.functional.StatementModeTest.bouncer;
import static com.scrapersky.session.functional.StatementModeTest.namesAtBackends;
import static com.scrapersky.session.functional.StatementModeTest.one;
import static com.scrapersky.session.functional.StatementModeTest.threshold;
import static com.scrapersky.session.functional.StatementModeTest.unopened;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.PoolerProfile.StatementMode;
import com.scrapersky.session.PoolerProfile.Statements;
import com.scrapersky.session.testkit.MayLeak;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Named statements that a pooler has carried, and carries no more. */
class LostNamesTest {

    @Test
    @MayLeak("the driver prepares one statement more before it is seen that names are lost")
    void aWrappedPoolIsToldWhenNamesAreCarriedNoMore() throws Exception {
        try (PgBouncerLab pooler = bouncer(PgBouncerVersion.V1_26);
                HikariDataSource pool = unopened(pooler, true);
                DatabaseSessionFactory sessions = DatabaseSessionFactory.wrap(pool)) {
            assertThat(backendsOf(sessions.dataSource())).hasSizeGreaterThan(1);
            assertThat(threshold(sessions)).isEqualTo(5);
            pooler.admin("set max_prepared_statements = 0");
            assertThat(backendsOf(sessions.dataSource())).hasSizeGreaterThan(1);
            assertThat(sessions.profile().statementMode()).isEqualTo(StatementMode.UNNAMED);
            assertThat(threshold(sessions)).isZero();
        }
    }

    @Test
    @MayLeak("the driver prepares one statement more before it is seen that names are lost")
    void aPoolerThatIsToldToCarryNoneAnyMoreIsNoticedWithoutAnError() throws Exception {
        try (PgBouncerLab pooler = bouncer(PgBouncerVersion.V1_26);
                DatabaseSessionFactory sessions = one(pooler)) {
            askOften(sessions);
            assertThat(threshold(sessions)).isEqualTo(5);
            pooler.admin("set max_prepared_statements = 0");
            askOften(sessions);
            assertThat(sessions.profile().statementMode()).isEqualTo(StatementMode.UNNAMED);
            assertThat(threshold(sessions)).isZero();
            assertThat(namesAtBackends(pooler, "%").stream().filter(name -> name.startsWith("S_")))
                    .hasSizeLessThanOrEqualTo(1);
        }
    }

    @Test
    void theSameWithinTransactions() throws Exception {
        try (PgBouncerLab pooler = bouncer(PgBouncerVersion.V1_26);
                DatabaseSessionFactory sessions = one(pooler)) {
            for (int i = 0; i < UNTIL_NAMED + Route.BACKENDS; i++) {
                sessions.write(LostNamesTest::twice);
            }
            assertThat(threshold(sessions)).isEqualTo(5);
            pooler.admin("set max_prepared_statements = 0");
            for (int i = 0; i < UNTIL_NAMED + Route.BACKENDS; i++) {
                sessions.write(LostNamesTest::twice);
            }
            assertThat(sessions.profile().statementMode()).isEqualTo(StatementMode.UNNAMED);
            assertThat(namesAtBackends(pooler, "%").stream().filter(name -> name.startsWith("S_")))
                    .as("in a transaction the driver repeats nothing by itself")
                    .isEmpty();
        }
    }

    private static int twice(com.scrapersky.session.DatabaseSession session) {
        session.sql("select count(*) from generate_series(1, :n)").param("n", 3).row();
        return session.sql("select :n::int * 2").param("n", 3).single(Integer.class);
    }

    @Test
    void aTransactionThatHasBegunIsEndedWithoutNames() throws Exception {
        try (PgBouncerLab pooler = bouncer(PgBouncerVersion.V1_26);
                DatabaseSessionFactory sessions = one(pooler)) {
            for (int i = 0; i < UNTIL_NAMED + Route.BACKENDS; i++) {
                sessions.write(LostNamesTest::twice);
            }
            Route.postgres().execute("drop table if exists ended", "create table ended (n int)");
            sessions.write(session -> {
                session.sql("insert into ended values (1)").update();
                pooler.admin("set max_prepared_statements = 0");
                return null;
            });
            assertThat(sessions.sql("select count(*) from ended").single(Long.class))
                    .isEqualTo(1);
        }
    }

    @Test
    @MayLeak("the driver names a batch at once")
    void aBatchIsRepeated() throws Exception {
        Route.postgres().execute("drop table if exists batched", "create table batched (n int)");
        try (PgBouncerLab pooler = bouncer(PgBouncerVersion.V1_26);
                DatabaseSessionFactory sessions = one(pooler)) {
            for (int i = 0; i < UNTIL_NAMED; i++) {
                insert(sessions);
            }
            assertThat(threshold(sessions)).isEqualTo(5);
            pooler.admin("set max_prepared_statements = 0");
            for (int i = 0; i < UNTIL_NAMED; i++) {
                insert(sessions);
            }
            assertThat(sessions.sql("select count(*) from batched").single(Long.class))
                    .isEqualTo(2 * UNTIL_NAMED * 3);
            assertThat(sessions.profile().statementMode()).isEqualTo(StatementMode.UNNAMED);
        }
    }

    private static void insert(DatabaseSessionFactory sessions) throws SQLException {
        try (Connection connection = sessions.dataSource().getConnection();
                PreparedStatement insert = connection.prepareStatement("insert into batched values (?)")) {
            for (int n = 0; n < 3; n++) {
                insert.setInt(1, n);
                insert.addBatch();
            }
            assertThat(insert.executeBatch()).containsExactly(1, 1, 1);
        }
    }

    @Test
    void aPoolerInThePlaceOfAnotherIsNoticedBeforeAnythingIsNamed() throws Exception {
        try (PgBouncerLab before = bouncer(PgBouncerVersion.V1_26);
                PgBouncerLab after = bouncer(PgBouncerVersion.V1_18);
                Relay relay = new Relay(before.port())) {
            String url = before.url().replace(":" + before.port(), ":" + relay.port());
            try (DatabaseSessionFactory sessions =
                    DatabaseSessionFactory.builder(url).maximumPoolSize(2).build()) {
                askOften(sessions);
                assertThat(sessions.profile().statementMode()).isEqualTo(StatementMode.NAMED);
                relay.leadTo(after.port());
                // As many calls as there were connections may learn that these are gone.
                for (int i = 0; i < 2; i++) {
                    try {
                        sessions.sql("select 1").row();
                    } catch (DatabaseException gone) {
                        assertThat(gone.sqlState().orElse("")).startsWith("08");
                    }
                }
                askOften(sessions);
                Statements statements = sessions.profile().statements();
                assertThat(statements.mode()).isEqualTo(StatementMode.UNNAMED);
                assertThat(statements.evidence().observation()).contains("they are not");
                assertThat(sessions.profile().toString()).contains("unnamed since");
                assertThat(namesAtBackends(after, "%")).isEmpty();
            }
            try (DatabaseSessionFactory next = DatabaseSessionFactory.open(url)) {
                assertThat(next.profile().statementMode())
                        .as("what was remembered of the place is forgotten")
                        .isEqualTo(StatementMode.UNNAMED);
            }
        }
    }
}
