package com.scrapersky.session.functional;

import static com.scrapersky.session.RawSql.executeRawSql;
import static com.scrapersky.session.RawSql.executeRawSqlOne;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.InvalidStatementException;
import com.scrapersky.session.StatementException;
import com.scrapersky.session.testkit.MustChangeBackend;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@MustChangeBackend
class RawSqlTest {

    private static final String CREATE =
            "create table raw_sql_test (id uuid primary key, name text, age int, tags text[])";

    @ParameterizedTest
    @EnumSource(Route.class)
    void executesAllFourVerbs(Route route) throws Exception {
        Route.postgres().execute("drop table if exists raw_sql_test", CREATE);
        UUID id = UUID.randomUUID();
        try (DatabaseSessionFactory sessions = route.open()) {
            sessions.write(session -> {
                Map<String, Object> values = new HashMap<>(Map.of("id", id, "name", "Ada", "tags", List.of("a", "b")));
                values.put("age", null);
                assertThat(executeRawSql(session, "insert into raw_sql_test values (:id, :name, :age, :tags)", values))
                        .isEmpty();
                assertThat(executeRawSql(session, "select * from raw_sql_test where id = :id", Map.of("id", id)))
                        .singleElement()
                        .satisfies(row -> {
                            assertThat(row.keySet()).containsExactly("id", "name", "age", "tags");
                            assertThat(row)
                                    .containsEntry("id", id)
                                    .containsEntry("name", "Ada")
                                    .containsEntry("age", null)
                                    .containsEntry("tags", List.of("a", "b"));
                        });
                assertThat(executeRawSqlOne(
                                session,
                                "update raw_sql_test set age = :age where id = :id returning age",
                                Map.of("id", id, "age", 36)))
                        .hasValue(Map.of("age", 36));
                assertThat(executeRawSql(session, "delete from raw_sql_test")).isEmpty();
                assertThat(executeRawSql(session, "select * from raw_sql_test")).isEmpty();
                return null;
            });
            assertThat(executeRawSqlOne(sessions, "select 1 as one")).hasValue(Map.of("one", 1));
            assertThat(executeRawSqlOne(sessions, "select 1 as one where false"))
                    .isEmpty();
            assertThat(executeRawSqlOne(sessions, "select n from generate_series(1, 9) n"))
                    .hasValue(Map.of("n", 1));
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void textFitsUuidColumnsAsTheFormerSystemSentIt(Route route) throws Exception {
        Route.postgres().execute("drop table if exists raw_sql_test", CREATE);
        try (DatabaseSessionFactory sessions = route.open()) {
            String id = UUID.randomUUID().toString();
            executeRawSql(sessions, "insert into raw_sql_test (id) values (:id)", Map.of("id", id));
            assertThat(executeRawSql(sessions, "select id from raw_sql_test where id = :id", Map.of("id", id)))
                    .containsExactly(Map.of("id", UUID.fromString(id)));
            assertThat(executeRawSql(
                            sessions, "select id from raw_sql_test where id = any(:ids)", Map.of("ids", List.of(id))))
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void saysWhatIsWrong(Route route) {
        try (DatabaseSessionFactory sessions = route.open()) {
            assertThatThrownBy(() -> executeRawSql(sessions, "select :a, :b", Map.of("a", 1, "c", 3)))
                    .isInstanceOf(InvalidStatementException.class)
                    .hasMessageContaining("missing [b], surplus [c]");
            assertThatThrownBy(() -> executeRawSql(sessions, "select :id, nmae from pg_class", Map.of("id", 1)))
                    .isInstanceOfSatisfying(StatementException.class, error -> {
                        assertThat(error.sqlState()).hasValue("42703");
                        assertThat(error.position()).hasValue("select :id, ".length() + 1);
                    });
        }
    }
}
