package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Pipeline;
import com.scrapersky.session.RawSql;
import com.scrapersky.session.Result;
import com.scrapersky.session.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The README's example is the code between the two markers, and does what it says. */
class ReadmeTest {

    record Person(UUID id, UUID tenantId, String name) {}

    public record Visit(UUID person) {}

    @ParameterizedTest
    @EnumSource(Route.class)
    void theExampleWorks(Route route) {
        Route.postgres()
                .execute(
                        "drop table if exists people, visits",
                        "create table people (id uuid primary key default gen_random_uuid(), tenant_id uuid, name text)",
                        "create table visits (person uuid)");
        String databaseUrl = route.endpoint().url();
        UUID tenant = UUID.randomUUID();
        // begin
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.open(databaseUrl)) {
            // One statement, one round trip; rows are maps in column order.
            List<Map<String, Object>> rows = RawSql.executeRawSql(
                    sessions, "select id, name from people where tenant_id = :tenant", Map.of("tenant", tenant));

            // A transaction: committed when the work returns, rolled back when it throws anything.
            UUID id = sessions.write(session -> {
                UUID created = session.sql("insert into people (tenant_id, name) values (:tenant, :name) returning id")
                        .param("tenant", tenant)
                        .param("name", "Ada")
                        .single(UUID.class);
                session.sql("insert into visits (person) values (:id)").batch(List.of(Map.of("id", created)));
                return created;
            });

            // Records by their components; collections are arrays.
            List<Person> people = sessions.read(session -> session.sql("select * from people where id = any(:ids)")
                    .param("ids", List.of(id))
                    .list(Person.class));

            // Several statements, BEGIN and COMMIT included, in one round trip; the results are read behind it.
            Pipeline pipeline = sessions.pipeline();
            Result<Integer> renamed = pipeline.sql("update people set name = 'Ada L.' where id = :id")
                    .param("id", id)
                    .update();
            Result<List<Row>> visits = pipeline.sql("select * from visits").rows();
            pipeline.execute();
            System.out.println(renamed.get() + " renamed, " + visits.get());

            // A long load from a stream of rows, in a transaction.
            sessions.write(session ->
                    session.copy("copy visits (person) from stdin").from(Stream.of(new Visit(id), new Visit(id))));

            // What is in front of the database, how that is known, and what was applied because of it.
            System.out.println(sessions.profile());
            // end
            assertThat(rows).isEmpty();
            assertThat(visits.get()).hasSize(1);
            assertThat(sessions.sql("select count(*) from visits").single(Integer.class))
                    .isEqualTo(3);
            assertThat(people).containsExactly(new Person(id, tenant, "Ada"));
        }
    }

    @Test
    void theExampleIsTheOneInTheReadme() throws Exception {
        Path root = Path.of("..").toAbsolutePath().normalize();
        String source = Files.readString(
                root.resolve("session/src/test/java/com/scrapersky/session/functional/ReadmeTest.java"));
        String code = source.substring(
                source.indexOf("        // begin\n") + "        // begin\n".length(),
                source.indexOf("            // end\n"));
        String readme = Files.readString(root.resolve("README.md"));
        String shown = readme.substring(readme.indexOf("```java\n") + "```java\n".length(), readme.indexOf("}\n```"));
        assertThat(shown).isEqualTo(code.indent(-8));
        assertThat(readme.lines()).hasSizeLessThanOrEqualTo(150);
    }
}
