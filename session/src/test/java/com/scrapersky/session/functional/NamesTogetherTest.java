package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.ConstraintViolationException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Pipeline;
import com.scrapersky.session.Result;
import com.scrapersky.session.Row;
import com.scrapersky.session.SessionContext;
import com.scrapersky.session.testkit.MayLeak;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PoolMode;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Names of statements that go out together with others: behind a context's settings, and in pipelines. */
class NamesTogetherTest {

    private static final int UNTIL_NAMED = 8;
    private static final String ROLE = "names_together";

    @BeforeEach
    void role() {
        Route.postgres()
                .execute("do $$ begin if not exists (select from pg_roles where rolname = '" + ROLE
                        + "') then create role " + ROLE + "; end if; end $$");
    }

    private static String table(Route route) {
        String table = "names_together_" + route.name().toLowerCase(Locale.ROOT);
        Route.postgres()
                .execute(
                        "drop table if exists " + table,
                        "create table " + table + " (a int primary key)",
                        "insert into " + table + " values (1)",
                        "grant select, insert on " + table + " to " + ROLE);
        return table;
    }

    private static DatabaseSessionFactory open(Route route) {
        return DatabaseSessionFactory.builder(route.changing().url())
                .roles(ROLE)
                .maximumPoolSize(1)
                .build();
    }

    private static DatabaseSessionFactory asRole(DatabaseSessionFactory sessions, String tenant) {
        return sessions.withContext(SessionContext.builder()
                .role(ROLE)
                .claims("{\"tenant\":\"" + tenant + "\"}")
                .build());
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void aContextHoldsForItsStatementWhateverItsName(Route route) {
        table(route);
        String who = "select current_user::text as who, current_setting('request.jwt.claims', true) as claims,"
                + " pg_backend_pid() as pid, :n::int as n";
        try (DatabaseSessionFactory sessions = open(route)) {
            Set<Integer> backends = new HashSet<>();
            for (int i = 0; i < 3 * UNTIL_NAMED; i++) {
                String tenant = "t" + i;
                Row row = asRole(sessions, tenant).sql(who).param("n", i).row();
                assertThat(row.getString("who")).isEqualTo(ROLE);
                assertThat(row.getString("claims")).isEqualTo("{\"tenant\":\"" + tenant + "\"}");
                assertThat(row.getInt("n")).isEqualTo(i);
                backends.add(row.getInt("pid"));
                Row plain = sessions.sql(who).param("n", i).row();
                assertThat(plain.getString("who")).isNotEqualTo(ROLE);
                assertThat(plain.getString("claims")).isIn(null, "");
                backends.add(plain.getInt("pid"));
            }
            assertThat(backends.size() > 1).isEqualTo(!route.isDirect());
            boolean named = route.isDirect() || route.carriesNamedStatements();
            assertThat(sessions.statistics().namedStatements() > UNTIL_NAMED).isEqualTo(named);
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void aPipelineIsOneTransactionWhateverItsNames(Route route) {
        String table = table(route);
        String seen = "select count(*) as n, txid_current() as transaction, current_user::text as who,"
                + " pg_backend_pid() as pid from " + table + " where a <= :id";
        try (DatabaseSessionFactory sessions = open(route)) {
            Set<Integer> backends = new HashSet<>();
            for (int id = 2; id < 2 + 2 * UNTIL_NAMED; id++) {
                Pipeline pipeline = asRole(sessions, "p" + id).pipeline();
                pipeline.sql("insert into " + table + " values (:id)")
                        .param("id", id)
                        .update();
                Result<Row> first = pipeline.sql(seen).param("id", id).row();
                // The same text with a value of another type.
                Result<Row> second = pipeline.sql(seen).param("id", (long) id).row();
                pipeline.execute();
                assertThat(first.get().getLong("n")).isEqualTo(id);
                assertThat(first.get().getString("who")).isEqualTo(ROLE);
                assertThat(second.get()).isEqualTo(first.get());
                backends.add(first.get().getInt("pid"));
            }
            assertThat(backends.size() > 1).isEqualTo(!route.isDirect());
            int last = 2 * UNTIL_NAMED + 1;
            Pipeline failing = asRole(sessions, "failing").pipeline();
            failing.sql("insert into " + table + " values (:id)")
                    .param("id", last + 1)
                    .update();
            failing.sql("insert into " + table + " values (:id)").param("id", 1).update();
            assertThatThrownBy(failing::execute)
                    .isInstanceOf(ConstraintViolationException.class)
                    .hasMessageContaining("statement 2 of 2");
            assertThat(sessions.sql("select count(*) from " + table).single(Long.class))
                    .isEqualTo(last);
        }
    }

    /** With rows of an execution still to come when the types change. */
    @ParameterizedTest
    @EnumSource(Route.class)
    void aBatchMayFollowItsStatementWithOtherTypes(Route route) {
        String table = table(route);
        String insert = "insert into " + table + " values (:id) returning a";
        try (DatabaseSessionFactory sessions = open(route)) {
            for (int i = 1; i <= 2 * UNTIL_NAMED; i++) {
                int id = 10 * i;
                Pipeline pipeline = sessions.pipeline();
                Result<Integer> one = pipeline.sql(insert).param("id", id).single(Integer.class);
                Result<int[]> more = pipeline.sql(insert)
                        .batch(List.of(
                                Map.of("id", id + 1L),
                                Map.of("id", id + 2),
                                Map.of("id", id + 3L),
                                Map.of("id", id + 4)));
                Result<Integer> last = pipeline.sql(insert).param("id", id + 5).single(Integer.class);
                pipeline.execute();
                assertThat(one.get()).isEqualTo(id);
                assertThat(more.get()).containsExactly(1, 1, 1, 1);
                assertThat(last.get()).isEqualTo(id + 5);
            }
            assertThat(sessions.sql("select count(*) from " + table).single(Long.class))
                    .isEqualTo(1 + 2 * UNTIL_NAMED * 6);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Route.class,
            names = {"DIRECT", "PGBOUNCER_1_26", "ODYSSEY_RESERVED", "LIKE_PGBOUNCER_1_26"})
    void changedTablesAreReadWithoutAnError(Route route) {
        String table = table(route);
        String read = "select * from " + table;
        try (DatabaseSessionFactory sessions = open(route)) {
            for (int columns = 1; columns < 4; columns++) {
                for (int i = 0; i < UNTIL_NAMED; i++) {
                    assertThat(asRole(sessions, "c").sql(read).row()).hasSize(columns);
                    Pipeline pipeline = sessions.pipeline();
                    Result<Row> one =
                            pipeline.sql("select :n::int as one").param("n", 1).row();
                    Result<Row> row = pipeline.sql(read).row();
                    pipeline.execute();
                    assertThat(one.get().getInt("one")).isEqualTo(1);
                    assertThat(row.get()).hasSize(columns);
                }
                Route.postgres().execute("alter table " + table + " add column c" + columns + " text");
            }
        }
    }

    @Test
    @MayLeak("what was named in a pipeline is prepared again under its name before it is seen that names are lost")
    void lostNamesAreNoticedWithoutAnError() {
        String table = table(Route.PGBOUNCER_1_26);
        try (PgBouncerLab pooler = PgBouncerLab.builder(Route.postgres())
                        .version(PgBouncerVersion.V1_26)
                        .poolMode(PoolMode.TRANSACTION)
                        .poolSize(Route.BACKENDS)
                        .roundRobin()
                        .start();
                DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(pooler.url())
                        .roles(ROLE)
                        .maximumPoolSize(1)
                        .build()) {
            for (int i = 0; i < 3 * UNTIL_NAMED; i++) {
                if (i == 2 * UNTIL_NAMED) {
                    pooler.admin("set max_prepared_statements = 0");
                }
                int id = i + 2;
                Pipeline pipeline = asRole(sessions, "l").pipeline();
                pipeline.sql("insert into " + table + " values (:id)")
                        .param("id", id)
                        .update();
                Result<Long> count =
                        pipeline.sql("select count(*) from " + table).single(Long.class);
                pipeline.execute();
                assertThat(count.get()).isEqualTo(id);
                assertThat(asRole(sessions, "l")
                                .sql("select count(*) from " + table)
                                .single(Long.class))
                        .isEqualTo(id);
            }
        }
    }
}
