package com.scrapersky.session.functional;

import static com.scrapersky.session.functional.PoolSafeDataSourceTest.ask;
import static com.scrapersky.session.functional.PoolSafeDataSourceTest.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Pipeline;
import com.scrapersky.session.Result;
import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionFeatureRefusedException;
import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.MayLeak;
import com.scrapersky.session.testkit.SequenceCheck;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What code of the database does unseen, together with what the program's texts say. */
@Tag("once")
class HiddenCodeTest {

    static final String TENANT = "select coalesce(current_setting('app.tenant', true), '')";

    @FunctionalInterface
    interface Program {
        void run(Connection connection, Backends backends) throws SQLException;
    }

    @BeforeAll
    static void createCode() {
        Route.postgres()
                .execute(
                        "create or replace function keep(setting text, value text) returns text language plpgsql as"
                                + " $$ begin return set_config(setting, value, false); end $$",
                        "create or replace function back_to_default() returns void language plpgsql as"
                                + " $$ begin reset work_mem; perform set_config('app.tenant', '', false); end $$",
                        "create table drawn (id serial primary key, name text)",
                        "create table drawn_too (id serial primary key, name text)",
                        "create table not_drawn (name text)",
                        "create table noted (id serial primary key, note text, seen text)",
                        "create function note_it() returns trigger language plpgsql as $$ begin"
                                + " new.seen := current_setting('app.tenant', true);"
                                + " perform set_config('app.seen', new.note, false); return new; end $$",
                        "create trigger note_it before insert on noted for each row execute function note_it()");
    }

    /** Other tests count the questions about a database whose code sets nothing. */
    @AfterAll
    static void leaveNoCode() {
        Route.postgres()
                .execute(
                        "drop function keep(text, text)",
                        "drop function back_to_default()",
                        "drop table drawn, drawn_too, not_drawn, noted",
                        "drop function note_it()");
    }

    /** Not by the way that changes the backend: {@link #elsewhere} does that, and needs all of them for it. */
    static void behind(Route route, Program program) throws Exception {
        try (DatabaseSessionFactory sessions =
                        DatabaseSessionFactory.open(route.endpoint().url());
                LeakProbe probe = LeakProbe.builder(route.pooler())
                        .customSettings("app.tenant", "app.seen")
                        .sequences(SequenceCheck.OFF)
                        .before()) {
            try (Backends backends = Backends.of(route.pooler());
                    Connection connection = sessions.dataSource().getConnection()) {
                program.run(connection, backends);
            }
            probe.assertNothingLeaked();
        }
    }

    /** Asks on another backend than that of the transaction before. */
    static String elsewhere(Connection connection, Backends backends, String question) throws SQLException {
        int former = Integer.parseInt(ask(connection, "select pg_backend_pid()"));
        if (!connection.getAutoCommit()) {
            connection.commit();
        }
        int other = backends.pids().stream()
                .filter(pid -> pid != former)
                .findFirst()
                .orElseThrow();
        return backends.on(other, () -> {
            String answer = ask(connection, question);
            assertThat(ask(connection, "select pg_backend_pid()")).isEqualTo(String.valueOf(other));
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
            return answer;
        });
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void whatIsSetLastHoldsWhoeverSetIt(Route route) throws Exception {
        behind(route, (connection, backends) -> {
            connection.setAutoCommit(false);
            execute(connection, "select keep('app.tenant', 'by code')");
            execute(connection, "set app.tenant = 'by text'");
            connection.commit();
            assertThat(elsewhere(connection, backends, TENANT)).isEqualTo("by text");
            execute(connection, "set app.tenant = 'by text again'");
            execute(connection, "select keep('app.tenant', 'by code again')");
            connection.commit();
            connection.setAutoCommit(true);
            assertThat(elsewhere(connection, backends, TENANT)).isEqualTo("by code again");
            execute(connection, "begin");
            execute(connection, "select keep('app.tenant', 'not kept')");
            execute(connection, "reset app.tenant");
            execute(connection, "commit");
            assertThat(elsewhere(connection, backends, TENANT)).isEmpty();
        });
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void whatCodeResetsIsReset(Route route) throws Exception {
        behind(route, (connection, backends) -> {
            String standard = ask(connection, "show work_mem");
            execute(connection, "set work_mem = '7MB'; set app.tenant = 't1'");
            connection.setAutoCommit(false);
            execute(connection, "select keep('app.seen', 'x')");
            execute(connection, "savepoint s");
            execute(connection, "select back_to_default()");
            execute(connection, "rollback to s");
            connection.commit();
            connection.commit();
            connection.setAutoCommit(true);
            assertThat(elsewhere(connection, backends, "select current_setting('work_mem')"))
                    .isEqualTo("7MB");
            execute(connection, "select back_to_default()");
            assertThat(elsewhere(connection, backends, "select current_setting('work_mem')"))
                    .isEqualTo(standard);
            assertThat(elsewhere(connection, backends, TENANT)).isEmpty();
        });
    }

    /** What holds until the end of the transaction only is not taken for what the session has. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void whatIsLocalStaysLocal(Route route) throws Exception {
        behind(route, (connection, backends) -> {
            execute(connection, "set app.tenant = 'of the session'");
            connection.setAutoCommit(false);
            execute(connection, "set local app.tenant = 'of the transaction'");
            execute(connection, "select keep('app.seen', 'x')");
            assertThat(ask(connection, TENANT)).isEqualTo("of the transaction");
            connection.commit();
            connection.setAutoCommit(true);
            assertThat(elsewhere(connection, backends, TENANT)).isEqualTo("of the session");
        });
    }

    /** The chained transaction's rollback brings back what was cleaned in it. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void aChainedTransactionThatRollsBackLeavesNothing(Route route) throws Exception {
        behind(route, (connection, backends) -> {
            execute(connection, "begin");
            execute(connection, "select keep('app.tenant', 'kept')");
            execute(connection, "commit and chain");
            execute(connection, "rollback");
            assertThat(elsewhere(connection, backends, TENANT)).isEqualTo("kept");
            connection.setAutoCommit(false);
            execute(connection, "select keep('app.tenant', 'kept, too')");
            execute(connection, "commit and chain");
            connection.rollback();
            assertThat(ask(connection, TENANT)).isEqualTo("kept, too");
        });
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void theDriversClauseForKeysIsThereInATextOfSeveralStatements(Route route) throws Exception {
        behind(route, (connection, backends) -> {
            execute(connection, "set app.tenant = 't1'");
            try (Statement statement = connection.createStatement()) {
                assertThat(statement.execute(
                                "insert into noted (note) values ('n'); select 2", Statement.RETURN_GENERATED_KEYS))
                        .isTrue();
                try (ResultSet row = statement.getResultSet()) {
                    assertThat(row.next()).isTrue();
                    assertThat(row.getString("seen")).isEqualTo("t1");
                }
                assertThat(statement.getMoreResults()).isTrue();
            }
        });
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void theLevelOfATransactionBegunByATextIsItsOwn(Route route) throws Exception {
        behind(route, (connection, backends) -> {
            execute(connection, "begin isolation level serializable");
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            execute(connection, "rollback");
        });
    }

    /** The backend may remember a number of somebody else's. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    @MayLeak("that every backend knows a number is what the test is about")
    void aSequenceAnswersOnlyForWhatTheTransactionIsSureToHaveDrawn(Route route) throws Exception {
        behind(route, (connection, backends) -> {
            // Every backend knows a number of each sequence.
            for (int i = 0; i < 2 * Route.BACKENDS; i++) {
                execute(connection, "insert into drawn (name) values ('x')");
                execute(connection, "insert into drawn_too (name) values ('x')");
            }
            String before = ask(connection, "select last_value from drawn_id_seq");
            connection.setAutoCommit(false);
            execute(connection, "insert into drawn (name) values ('mine')");
            String drawn = String.valueOf(Long.parseLong(before) + 1);
            assertThat(ask(connection, "select currval('drawn_id_seq')")).isEqualTo(drawn);
            assertThat(ask(connection, "select currval(pg_get_serial_sequence('drawn', 'id'))"))
                    .isEqualTo(drawn);
            assertThat(ask(connection, "select lastval()")).isEqualTo(drawn);
            refused(connection, "select currval('drawn_too_id_seq')");
            refused(connection, "select currval(pg_get_serial_sequence('drawn_too', 'id'))");
            connection.rollback();
            execute(connection, "insert into not_drawn (name) values ('x')");
            refused(connection, "select lastval()");
            execute(connection, "insert into drawn (name) select 'x' where false");
            refused(connection, "select currval('drawn_id_seq')");
            execute(connection, "insert into drawn (id, name) values (-" + drawn + ", 'x')");
            refused(connection, "select currval('drawn_id_seq')");
            connection.rollback();
        });
    }

    private static void refused(Connection connection, String sql) {
        assertThatExceptionOfType(SessionFeatureRefusedException.class)
                .isThrownBy(() -> ask(connection, sql))
                .satisfies(refusal -> assertThat(refusal.feature()).isEqualTo(SessionFeature.SEQUENCE_STATE));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void aPipelineFindsWhatCodeAndCallsHaveSet(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = route.open();
                LeakProbe probe = LeakProbe.builder(route.pooler())
                        .customSettings("app.tenant")
                        .sequences(SequenceCheck.OFF)
                        .before()) {
            sessions.write(session -> {
                session.sql("select keep('app.tenant', 'by code')").rows();
                session.connection().setSchema("pg_catalog");
                Pipeline pipeline = session.pipeline();
                Result<String> tenant = pipeline.sql(TENANT).single(String.class);
                Result<String> schema = pipeline.sql("select current_schema()").single(String.class);
                pipeline.execute();
                assertThat(tenant.get()).isEqualTo("by code");
                assertThat(schema.get()).isEqualTo("pg_catalog");
                return null;
            });
            probe.assertNothingLeaked();
        }
    }

    /** RESET of everything, too, and of what the session has set with its role. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void whatCodeResetsAltogetherIsReset(Route route) throws Exception {
        behind(route, (connection, backends) -> {
            String standard = ask(connection, "show work_mem");
            execute(connection, "create or replace procedure reset_all() language sql as 'reset all'");
            execute(
                    connection,
                    "create or replace procedure reset_each() language plpgsql as"
                            + " $$ begin set work_mem to default; set app.tenant to default; end $$");
            execute(
                    connection,
                    "create or replace procedure reset_by_name() language plpgsql as"
                            + " $$ begin execute 'reset ' || 'work_mem'; execute 'reset ' || 'app.tenant'; end $$");
            for (String call : new String[] {
                "call reset_all()",
                "call reset_each()",
                "call reset_by_name()",
                "do $$ begin reset all; end $$",
                "do $$ begin execute 'reset all'; end $$",
                "do $$ begin set work_mem to default; reset app.tenant; end $$"
            }) {
                for (boolean autoCommit : new boolean[] {true, false}) {
                    execute(connection, "set work_mem = '7MB'; set app.tenant = 't1'");
                    connection.setAutoCommit(autoCommit);
                    execute(connection, call);
                    assertThat(ask(connection, "show work_mem")).as(call).isEqualTo(standard);
                    assertThat(ask(connection, TENANT)).as(call).isEmpty();
                    assertThat(elsewhere(connection, backends, "show work_mem"))
                            .as("%s, autocommit %s", call, autoCommit)
                            .isEqualTo(standard);
                    assertThat(elsewhere(connection, backends, TENANT)).as(call).isEmpty();
                    connection.setAutoCommit(true);
                }
            }
            execute(connection, "drop procedure reset_all, reset_each, reset_by_name");
        });
    }

    /** Behind so many statements the driver puts a Sync of its own, which must not come in front of what cleans. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void nothingStaysBehindTextsOfManyStatements(Route route) throws Exception {
        String keep = "select keep('app.tenant', 'long')";
        behind(route, (connection, backends) -> {
            for (int statements :
                    new int[] {61, 240, 245, 247, 248, 249, 250, 251, 252, 253, 254, 255, 256, 260, 505}) {
                String many = keep + ";select 1".repeat(statements - 1);
                execute(connection, "set app.tenant = 'mine'");
                execute(connection, many);
                assertThat(elsewhere(connection, backends, TENANT))
                        .as("%s statements", statements)
                        .isEqualTo("long");
                execute(connection, "set app.tenant = 'mine'");
                execute(connection, "begin;" + many + ";commit");
                assertThat(elsewhere(connection, backends, TENANT))
                        .as("%s statements in a transaction", statements)
                        .isEqualTo("long");
                execute(connection, "reset all");
                execute(connection, many);
            }
        });
    }

    /** The driver refuses it; its table's code runs for no row, and the connection goes on. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void copyAsAPlainStatementIsRefusedByTheDriverAndNothingElse(Route route) throws Exception {
        behind(route, (connection, backends) -> {
            String copy = "copy noted (note) from stdin";
            for (boolean set : new boolean[] {false, true}) {
                if (set) {
                    execute(connection, "set app.tenant = 't1'");
                }
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> execute(connection, copy))
                        .withMessageContaining("CopyManager");
                connection.setAutoCommit(false);
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> {
                            try (PreparedStatement statement = connection.prepareStatement(copy)) {
                                statement.execute();
                            }
                        })
                        .withMessageContaining("CopyManager");
                connection.rollback();
                connection.setAutoCommit(true);
                assertThat(ask(connection, TENANT)).isEqualTo(set ? "t1" : "");
            }
        });
    }
}
