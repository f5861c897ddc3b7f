package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.testkit.MustChangeBackend;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.sql.DataSource;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.xa.PGXADataSource;

/**
 * A wrapped source whose connections are in transactions of XA: a manager begins, prepares and ends them with pgjdbc's
 * XAResource, the program works with pool-safe connections. The test does what such a manager does.
 */
@MustChangeBackend
class XaTest {

    private record Id(byte[] getGlobalTransactionId) implements Xid {

        static Id of(String name) {
            return new Id(name.getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public int getFormatId() {
            return 4711;
        }

        @Override
        public byte[] getBranchQualifier() {
            return new byte[] {1};
        }
    }

    /** The data source that a manager gives its programs. */
    private static final class Managed extends PGSimpleDataSource implements AutoCloseable {
        private static final long serialVersionUID = 1L;

        private final transient PGXADataSource xa = new PGXADataSource();
        private final transient List<XAConnection> opened = new ArrayList<>();
        private transient XAConnection enlisted;

        Managed(Route route) {
            xa.setURL(route.changing().jdbcUrl() + "&prepareThreshold=0&assumeMinServerVersion=12");
        }

        XAResource begin(Xid transaction) throws Exception {
            enlisted = open();
            XAResource resource = enlisted.getXAResource();
            resource.start(transaction, XAResource.TMNOFLAGS);
            return resource;
        }

        private XAConnection open() throws SQLException {
            XAConnection connection = xa.getXAConnection();
            opened.add(connection);
            return connection;
        }

        @Override
        public Connection getConnection() throws SQLException {
            XAConnection current = enlisted;
            return (current == null ? open() : current).getConnection();
        }

        @Override
        public void close() throws SQLException {
            for (XAConnection connection : opened) {
                connection.close();
            }
        }
    }

    @BeforeEach
    void table() {
        Route.postgres()
                .execute(
                        "drop table if exists xa_test",
                        "create table xa_test (id int)",
                        "create or replace function xa_become(who text) returns text language plpgsql as"
                                + " $$begin perform set_config('app.xa', who, false); set work_mem = '9MB';"
                                + " return who; end$$");
    }

    /** Other tests count the questions about a database whose code sets nothing. */
    @AfterAll
    static void leaveNoCode() {
        Route.postgres().execute("drop table xa_test", "drop function xa_become(text)");
    }

    private static void work(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            PoolSafeDataSourceTest.execute(connection, "set app.tenant = 'a'");
            PoolSafeDataSourceTest.execute(connection, "insert into xa_test values (1)");
            assertThat(PoolSafeDataSourceTest.ask(connection, "select current_setting('app.tenant')"))
                    .isEqualTo("a");
            assertThat(PoolSafeDataSourceTest.ask(connection, "select xa_become('ann')"))
                    .isEqualTo("ann");
            assertThat(PoolSafeDataSourceTest.ask(connection, "show work_mem")).isEqualTo("9MB");
            // The transaction is not the program's to end.
            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
            assertThatThrownBy(connection::rollback).isInstanceOf(SQLException.class);
        }
        try (Connection again = dataSource.getConnection()) {
            assertThat(PoolSafeDataSourceTest.ask(again, "select count(*) from xa_test"))
                    .isEqualTo("1");
            PoolSafeDataSourceTest.execute(again, "insert into xa_test values (2)");
        }
    }

    private static int rows() throws SQLException {
        try (Connection connection = Route.postgres().connect()) {
            return Integer.parseInt(PoolSafeDataSourceTest.ask(connection, "select count(*) from xa_test"));
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void preparedTransactionsAreCommittedAndRolledBack(Route route) throws Exception {
        try (Managed managed = new Managed(route);
                DatabaseSessionFactory sessions = DatabaseSessionFactory.wrap(managed)) {
            Id kept = Id.of("kept " + route);
            XAResource resource = managed.begin(kept);
            work(sessions.dataSource());
            resource.end(kept, XAResource.TMSUCCESS);
            assertThat(resource.prepare(kept)).isEqualTo(XAResource.XA_OK);
            assertThat(rows()).isZero();
            assertThat(Arrays.stream(resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN))
                            .map(found -> new String(found.getGlobalTransactionId(), StandardCharsets.US_ASCII)))
                    .contains("kept " + route);
            resource.commit(kept, false);
            assertThat(rows()).isEqualTo(2);

            Id undone = Id.of("undone " + route);
            resource = managed.begin(undone);
            try (Connection connection = sessions.dataSource().getConnection()) {
                PoolSafeDataSourceTest.execute(connection, "insert into xa_test values (3)");
            }
            resource.end(undone, XAResource.TMSUCCESS);
            resource.prepare(undone);
            resource.rollback(undone);
            assertThat(rows()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void inOnePhaseAndWithoutAnEnd(Route route) throws Exception {
        try (Managed managed = new Managed(route);
                DatabaseSessionFactory sessions = DatabaseSessionFactory.wrap(managed)) {
            Id kept = Id.of("one phase " + route);
            XAResource resource = managed.begin(kept);
            work(sessions.dataSource());
            resource.end(kept, XAResource.TMSUCCESS);
            resource.commit(kept, true);
            assertThat(rows()).isEqualTo(2);

            Id failed = Id.of("failed " + route);
            resource = managed.begin(failed);
            try (Connection connection = sessions.dataSource().getConnection()) {
                PoolSafeDataSourceTest.execute(connection, "insert into xa_test values (3)");
                assertThatThrownBy(() -> PoolSafeDataSourceTest.execute(connection, "select 1/0"))
                        .hasMessageContaining("division by zero");
            }
            resource.end(failed, XAResource.TMFAIL);
            resource.rollback(failed);
            assertThat(rows()).isEqualTo(2);
        }
    }
}
