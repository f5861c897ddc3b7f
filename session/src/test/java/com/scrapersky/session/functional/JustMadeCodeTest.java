package com.scrapersky.session.functional;

import static com.scrapersky.session.functional.HiddenCodeTest.TENANT;
import static com.scrapersky.session.functional.HiddenCodeTest.behind;
import static com.scrapersky.session.functional.HiddenCodeTest.elsewhere;
import static com.scrapersky.session.functional.PoolSafeDataSourceTest.ask;
import static com.scrapersky.session.functional.PoolSafeDataSourceTest.execute;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.SequenceCheck;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Code of the database that sets something unseen, which the program itself has made a moment ago. */
@Tag("once")
class JustMadeCodeTest {

    private static final String SETTER = "create or replace function just_made() returns text language sql as"
            + " $$ select set_config('app.tenant', 'of new code', false) $$";

    /** In whatever way the program made it, and whatever became of the transaction. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void codeThatTheProgramHasJustMadeIsSeen(Route route) throws Exception {
        behind(route, (connection, backends) -> {
            execute(connection, SETTER);
            ask(connection, "select just_made()");
            assertThat(elsewhere(connection, backends, TENANT)).isEqualTo("of new code");
            execute(connection, "drop function just_made(); set app.tenant = 'mine'");

            execute(connection, SETTER + "; select just_made()");
            assertThat(elsewhere(connection, backends, TENANT)).isEqualTo("of new code");
            execute(connection, "drop function just_made(); set app.tenant = 'mine'");

            try (Statement batch = connection.createStatement()) {
                batch.addBatch(SETTER);
                batch.addBatch("do $$ begin perform just_made(); end $$");
                batch.executeBatch();
            }
            assertThat(elsewhere(connection, backends, TENANT)).isEqualTo("of new code");
            execute(connection, "drop function just_made(); set app.tenant = 'mine'");

            try (PreparedStatement before = connection.prepareStatement("table made")) {
                execute(connection, SETTER);
                execute(connection, "create view made as select just_made()");
                before.executeQuery().close();
            }
            assertThat(elsewhere(connection, backends, TENANT)).isEqualTo("of new code");
            execute(connection, "drop view made; set app.tenant = 'mine'");

            // A drop that is taken back.
            connection.setAutoCommit(false);
            execute(connection, "drop function just_made()");
            ask(connection, "select 1");
            connection.rollback();
            ask(connection, "select just_made()");
            assertThat(elsewhere(connection, backends, TENANT)).isEqualTo("of new code");
            execute(connection, "set app.tenant = 'mine'");
            execute(connection, "drop function just_made()");
            ask(connection, "select 1");
            execute(connection, "rollback");
            ask(connection, "select just_made()");
            assertThat(elsewhere(connection, backends, TENANT)).isEqualTo("of new code");
            connection.commit();

            // Seen by its own transaction only.
            execute(connection, "drop function just_made(); set app.tenant = 'mine'");
            connection.commit();
            execute(connection, SETTER);
            execute(connection, "savepoint made");
            ask(connection, "select just_made()");
            assertThat(elsewhere(connection, backends, TENANT)).isEqualTo("of new code");
            connection.setAutoCommit(true);
            execute(connection, "drop function just_made()");
        });
    }

    /** The catalogue that another connection reads does not hold what is not committed yet. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void codeOfAnOpenTransactionIsSeenWhoeverReadsTheCatalogue(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = route.open();
                LeakProbe probe = LeakProbe.builder(route.pooler())
                        .customSettings("app.tenant")
                        .sequences(SequenceCheck.OFF)
                        .before()) {
            try (Connection maker = sessions.dataSource().getConnection();
                    Connection other = sessions.dataSource().getConnection()) {
                maker.setAutoCommit(false);
                execute(maker, SETTER);
                execute(other, "create table other_made ()");
                execute(other, "drop table other_made");
                ask(other, "select 1");
                assertThat(ask(maker, "select just_made()")).isEqualTo("of new code");
                maker.commit();
                maker.setAutoCommit(true);
                assertThat(ask(maker, TENANT)).isEqualTo("of new code");
                execute(maker, "drop function just_made()");
            }
            probe.assertNothingLeaked();
        }
    }
}
