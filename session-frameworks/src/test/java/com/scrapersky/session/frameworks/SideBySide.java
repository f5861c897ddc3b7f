package com.scrapersky.session.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.OdysseyLab;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.PostgresEndpoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs a program on a plain direct connection, and again through a pooler, each time in a database that is empty but for
 * the roles; both have to see the same.
 */
public final class SideBySide {

    /** What a {@link UserProgram} may work as. */
    private static final List<String> ROLES = List.of("reporting", "migrator");

    /** By the class of the program: a direct run sees the same every time, or it is of no use as a reference. */
    private static final Map<Class<?>, List<String>> REFERENCES = new ConcurrentHashMap<>();

    private SideBySide() {}

    /** Through the library with nothing but the URL of the pooler. */
    public static void assertSameAsDirect(PoolerLab pooler, UserProgram program) throws Exception {
        assertSameAsDirect(pooler, Subject.SKY_SESSION, program);
    }

    /** Through that subject. */
    public static void assertSameAsDirect(PoolerLab pooler, Subject subject, UserProgram program) throws Exception {
        assertSame(pooler, Subject.PLAIN_POOL, subject, program);
    }

    /** Through that subject, compared with this one on a direct connection. */
    public static void assertSame(PoolerLab pooler, Subject reference, Subject subject, UserProgram program)
            throws Exception {
        List<String> expected = direct(pooler.postgres(), reference, program);
        empty(pooler.postgres());
        Transcript seen = new Transcript();
        try {
            pooled(pooler, subject, program, seen);
        } catch (Exception failure) {
            // What it saw until then may well be the reason.
            List<String> until =
                    expected.subList(0, Math.min(expected.size(), seen.lines().size()));
            failure.addSuppressed(new AssertionError(String.join("\n", differences(until, seen.lines()))));
            throw failure;
        }
        assertThat(differences(expected, seen.lines()))
                .as("what the program saw on a direct connection, and through %s", pooler.name())
                .isEmpty();
        assertBackendsChanged(seen.backends());
    }

    private static void pooled(PoolerLab pooler, Subject subject, UserProgram program, Transcript transcript)
            throws Exception {
        if (pooler instanceof OdysseyLab) {
            try (ChangingRoute route = new ChangingRoute(pooler)) {
                run(subject, route.jdbcUrl(), program, transcript);
            }
        } else {
            run(subject, pooler.jdbcUrl(), program, transcript);
        }
    }

    private static List<String> direct(PostgresEndpoint postgres, Subject reference, UserProgram program)
            throws Exception {
        List<String> known = REFERENCES.get(program.getClass());
        if (known != null) {
            return known;
        }
        empty(postgres);
        Transcript seen = new Transcript();
        run(reference, postgres.jdbcUrl(), program, seen);
        assertThat(seen.lines()).as("what the program saw").isNotEmpty();
        REFERENCES.put(program.getClass(), seen.lines());

        return seen.lines();
    }

    private static void run(Subject subject, String jdbcUrl, UserProgram program, Transcript transcript)
            throws Exception {
        try (Subject.Opened opened = subject.open(jdbcUrl)) {
            program.run(opened.dataSource(), transcript);
        }
    }

    /** Only the lines that differ: transcripts are long. */
    private static List<String> differences(List<String> direct, List<String> pooled) {
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < Math.max(direct.size(), pooled.size()); i++) {
            String expected = i < direct.size() ? direct.get(i) : "(nothing more)";
            String seen = i < pooled.size() ? pooled.get(i) : "(nothing more)";
            if (!expected.equals(seen)) {
                differences.add("line " + (i + 1) + ": " + expected + "  <direct | pooled>  " + seen);
            }
        }
        return differences;
    }

    /** Without this a program proves nothing: on one backend all the time, a pooler is as good as a direct connection. */
    private static void assertBackendsChanged(List<List<Integer>> backends) {
        assertThat(backends).as("the backends of transactions in a row").isNotEmpty();
        assertThat(backends)
                .allSatisfy(seen -> assertThat(Set.copyOf(seen))
                        .as("different backends among %s", seen)
                        .hasSizeGreaterThan(1));
    }

    private static void empty(PostgresEndpoint postgres) throws SQLException {
        try (Connection connection = postgres.connect();
                Statement statement = connection.createStatement()) {
            // A transaction that a test left open ends in an error here, not in a wait without end.
            statement.execute("set lock_timeout = '20s'");
            statement.execute("""
                    do $$
                    declare
                        name text;
                    begin
                        for name in select nspname from pg_namespace
                                where nspname !~ '^pg_' and nspname <> 'information_schema' loop
                            execute format('drop schema %I cascade', name);
                        end loop;
                    end $$""");
            statement.execute("create schema public");
            for (String role : ROLES) {
                statement.execute("do $$ begin if to_regrole('" + role + "') is null then create role " + role
                        + "; end if; end $$");
                statement.execute("grant all on schema public to " + role);
                statement.execute("grant create on database " + postgres.database() + " to " + role);
            }
        }
    }
}
