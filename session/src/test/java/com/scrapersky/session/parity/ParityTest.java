package com.scrapersky.session.parity;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.functional.Route;
import com.scrapersky.session.parity.Side.State;
import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.PgBouncerLab;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Every method of JDBC's interfaces that are wrapped, called on pgjdbc's own objects on a direct connection and on pool-safe
 * ones behind a pooler: what comes back, or is thrown, is the same. The methods are found by reflection, so that none is
 * forgotten; no pool is in between, so that messages can be compared as well.
 */
class ParityTest {

    private static final List<Class<?>> WRAPPED = List.of(
            Connection.class,
            Statement.class,
            PreparedStatement.class,
            CallableStatement.class,
            ResultSet.class,
            DatabaseMetaData.class,
            Array.class,
            PGConnection.class);

    /** What may differ, and why: by the method with its parameters, in any state. */
    private static final Map<String, String> KNOWN = Map.of(
            "getURL()",
            "each side has its own address",
            "executeLargeUpdate(String)",
            "JDBC allows no text on a prepared statement; the driver forgets it here, and lets it pass",
            "getNotifications()",
            "refused by name: SessionFeature.NOTIFICATIONS_CALL",
            "getNotifications(int)",
            "refused by name: SessionFeature.NOTIFICATIONS_CALL",
            "getBackendPID()",
            "each connection has its own",
            "getParameterStatuses()",
            "what the server told at login; the pooler tells it in its own words",
            "setBlob(int, InputStream)",
            "the number of a new large object",
            "setBlob(int, InputStream, long)",
            "the number of a new large object");

    private static Connection filling;
    private static Side direct;
    private static Side pooled;
    private static DatabaseSessionFactory sessions;

    @BeforeAll
    static void start() throws SQLException {
        filling = Route.postgres().connect();
        Route.postgres()
                .execute(
                        "drop table if exists parity",
                        "create table parity (id int generated always as identity primary key, name text, amount bigint,"
                                // Without: what the metadata say of its size would change between the two sides.
                                + " price numeric(9, 2), day date, at timestamp, flag boolean, raw bytea, list int[])"
                                + " with (autovacuum_enabled = off)",
                        "create or replace function parity_call(n int) returns int language sql as 'select n * 2'");
        freshBackends((PgBouncerLab) Route.PGBOUNCER_1_18.pooler());
        direct = new Side(driver(Route.DIRECT));
        sessions = DatabaseSessionFactory.wrap(driver(Route.PGBOUNCER_1_18));
        pooled = new Side(sessions.dataSource());
    }

    /**
     * As those of the direct side are: one on which another test had a temporary table keeps the schema of these for good, and the
     * metadata show it to whoever is on that backend (seen: getSchemas() gave pg_temp_12).
     */
    private static void freshBackends(PgBouncerLab pooler) throws SQLException {
        pooler.reconnect();
        // All of them, or it opens one, and has no other to go round to.
        try (Backends all = Backends.of(pooler)) {
            assertThat(all.pids()).hasSize(pooler.poolSize());
        }
    }

    @AfterAll
    static void stop() throws SQLException {
        sessions.close();
        filling.close();
        Route.postgres().execute("drop table parity", "drop function parity_call");
    }

    private static PGSimpleDataSource driver(Route route) {
        PGSimpleDataSource driver = new PGSimpleDataSource();
        driver.setURL(route.endpoint().jdbcUrl() + "&assumeMinServerVersion=12&prepareThreshold=0");
        return driver;
    }

    static Stream<Arguments> interfacesInEachState() {
        return WRAPPED.stream().flatMap(type -> Arrays.stream(State.values()).map(state -> Arguments.of(type, state)));
    }

    @ParameterizedTest
    @MethodSource("interfacesInEachState")
    void sayTheSame(Class<?> type, State state) throws Exception {
        Map<String, String> expected = calls(direct, type, state);
        Map<String, String> seen = calls(pooled, type, state);
        assertThat(expected).hasSizeGreaterThanOrEqualTo(methods(type).size());
        List<String> differences = new ArrayList<>();
        expected.forEach((call, told) -> {
            if (!told.equals(seen.get(call)) && !KNOWN.containsKey(call.substring(0, call.indexOf(')') + 1))) {
                differences.add(call + "\n    direct: " + told + "\n    pooled: " + seen.get(call));
            }
        });
        assertThat(differences)
                .as("%s, %s, of %s calls", type, state, expected.size())
                .isEmpty();
    }

    private static List<Method> methods(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .sorted(Comparator.comparing(ParityTest::name))
                .toList();
    }

    private static String name(Method method) {
        return method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .toList()
                        .toString()
                        .replace('[', '(')
                        .replace(']', ')');
    }

    private static Map<String, String> calls(Side side, Class<?> type, State state) throws Exception {
        fill();
        Map<String, String> calls = new TreeMap<>();
        boolean ownConnection = type == Connection.class;
        Connection shared = ownConnection ? null : side.connect(state);
        try {
            for (Method method : methods(type)) {
                for (List<Object> chosen : CallArguments.choices(method)) {
                    Connection connection = ownConnection ? side.connect(state) : shared;
                    calls.put(name(method) + chosen, call(type, state, method, chosen, connection));
                    if (ownConnection) {
                        connection.close();
                    } else if (connection.isClosed()) {
                        shared = side.connect(state);
                    } else if (!connection.getAutoCommit()) {
                        connection.rollback();
                    }
                }
            }
        } finally {
            if (shared != null) {
                shared.close();
            }
        }
        return calls;
    }

    private static String call(Class<?> type, State state, Method method, List<Object> chosen, Connection connection)
            throws Exception {
        if (changes(method)) {
            fill();
        }
        Object subject = Side.subject(type, connection);
        if (state == State.CLOSED) {
            Side.close(subject, connection);
        }
        Object[] arguments = CallArguments.of(method, chosen, connection);
        String told = Told.of(subject, method, arguments, connection);
        return told + after(subject, method, connection);
    }

    /** What the call changed, as far as it can be asked for. */
    private static String after(Object subject, Method method, Connection connection) throws Exception {
        StringBuilder told = new StringBuilder("; then");
        if (subject instanceof Connection || subject instanceof PGConnection) {
            told.append(
                    connection.isClosed()
                            ? " closed"
                            : " auto " + connection.getAutoCommit() + " read only " + connection.isReadOnly());
        } else if (subject instanceof PreparedStatement statement
                && !(subject instanceof CallableStatement)
                && method.getName().startsWith("set")) {
            told.append(asked(statement, connection));
        } else if (subject instanceof Statement statement) {
            told.append(statement.isClosed() ? " closed" : " count " + statement.getUpdateCount());
        } else if (subject instanceof ResultSet rows) {
            told.append(rows.isClosed() ? " closed" : " at " + rows.getRow());
        }
        return told.toString();
    }

    private static String asked(PreparedStatement statement, Connection connection) {
        try {
            return Told.value(statement.executeQuery(), statement, connection);
        } catch (Exception failed) {
            return Told.failure(failed);
        }
    }

    private static boolean changes(Method method) {
        String name = method.getName();
        return name.startsWith("execute") || name.endsWith("Row") || name.equals("commit");
    }

    /** The same rows, with the same ids. */
    private static void fill() throws SQLException {
        try (Statement statement = filling.createStatement()) {
            statement.execute(
                    "truncate parity restart identity; insert into parity (name, amount, price, day, at, flag, raw, list)"
                            + " values ('1', 2, 3.50, '2026-01-02', '2026-01-02 03:04:05', true, '\\x0102', '{1,2}'),"
                            + " ('two', null, null, null, null, null, null, null)");
        }
    }
}
