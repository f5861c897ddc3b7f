package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static com.scrapersky.profiles.http.RefusalsTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.profiles.Labs;
import com.scrapersky.profiles.ProfileFields;
import com.scrapersky.profiles.ProfileService;
import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.profiles.notes.NoteService;
import com.scrapersky.profiles.security.RequestContexts;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.sql.Connection;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Entities and SQL in one transaction, through each pooler. */
@ParameterizedClass
@EnumSource(PgBouncerVersion.class)
class NotesTest {

    @Parameter
    PgBouncerVersion version;

    private final UUID tenant = UUID.randomUUID();
    private RunningService service;

    @BeforeEach
    void start() {
        service = RunningService.behind(version);
    }

    /** It was Hibernate's statement that waited. */
    @Test
    void aBackendThatEndsUnderAnEntityIsAnOutage() throws Exception {
        UUID profile = service.create(tenant, "{}");
        String path = PROFILES + "/" + profile + "/notes";
        String note = service.send(tenant, "POST", path, "{\"text\": \"a\"}")
                .data()
                .get("id")
                .asString();
        CompletableFuture<Answer> deletion;
        try (Connection holder = Labs.postgres().connect();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("select 1 from profile_notes where id = '" + note + "' for update");
            deletion = service.sendAsync(tenant, "DELETE", path + "/" + note, "");
            String ended =
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity where wait_event_type = 'Lock'"
                            + " and query like 'delete from profile_notes%'";
            while (Labs.count(ended) == 0) {
                Thread.onSpinWait();
            }
        }

        assertProblem(deletion.join(), 503);
        assertThat(service.get(tenant, path).data()).hasSize(1);
    }

    @Test
    void notesComeAndGoOnEveryBackendAndLeaveNothing() throws Exception {
        try (Backends backends = Backends.of(Labs.pooler(version));
                LeakProbe probe = LeakProbe.before(backends)) {
            backends.onEach(() -> {
                UUID profile = service.create(tenant, "{\"name\": \"Ada\"}");
                String path = PROFILES + "/" + profile + "/notes";
                Answer first = service.send(tenant, "POST", path, "{\"text\": \"wrote; the 'first' program 🚀\"}");
                service.send(tenant, "POST", path, "{\"text\": \"second\"}");
                assertThat(first.status()).as(first.toString()).isEqualTo(200);
                assertThat(first.data().propertyNames())
                        .containsExactlyInAnyOrder("id", "profile_id", "text", "created_by", "created_at");
                Answer notes = service.get(tenant, path);
                assertThat(notes.data()).hasSize(2);
                assertThat(notes.data().get(0)).isEqualTo(first.data());
                // By SQL, in the transaction of the entity.
                assertThat(time(service.get(tenant, PROFILES + "/" + profile).data(), "updated_at"))
                        .isEqualTo(time(notes.data().get(1), "created_at"));
                assertThat(service.send(
                                        tenant,
                                        "DELETE",
                                        path + "/" + first.data().get("id").asString(),
                                        "")
                                .status())
                        .isEqualTo(200);
                assertThat(service.get(tenant, path).data()).hasSize(1);
                service.send(tenant, "DELETE", PROFILES + "/" + profile, "");
                assertProblem(service.get(tenant, path), 404);
            });
            probe.assertNothingLeaked();
        }
    }

    /** One moment is not always written in one way: zeros at the end may be left out. */
    private static OffsetDateTime time(JsonNode object, String field) {
        return OffsetDateTime.parse(object.get(field).asString());
    }

    @Test
    void whatEntitiesAndSqlDoIsUndoneTogether() {
        DatabaseSessionFactory sessions = service.sessions().withContext(RequestContexts.of(tenant, "somebody"));
        NoteService notes = service.bean("noteService", NoteService.class);
        ProfileService profiles = new ProfileService();

        assertThatThrownBy(() -> sessions.write(session -> {
                    UUID id = (UUID) profiles.createProfile(session, tenant, ProfileFields.of(Map.of("name", "x")))
                            .get("id");
                    notes.addNote(session, tenant, id, "of what is not committed yet", "somebody");
                    assertThat(session.sql("select text from profile_notes").single(String.class))
                            .isEqualTo("of what is not committed yet");
                    assertThat(notes.getNotes(session, tenant, id).orElseThrow())
                            .hasSize(1);
                    throw new IllegalStateException("changed my mind");
                }))
                .hasMessage("changed my mind");

        assertThat(service.get(tenant, PROFILES).ids()).isEmpty();
        assertThat(Labs.count("select count(*) from profile_notes where tenant_id = '" + tenant + "'"))
                .isZero();
    }

    @Test
    void anothersNotesAreAsIfTheyWereNot() {
        UUID other = UUID.randomUUID();
        String path = PROFILES + "/" + service.create(other, "{}") + "/notes";
        String note = service.send(other, "POST", path, "{\"text\": \"x\"}")
                .data()
                .get("id")
                .asString();

        assertProblem(service.get(tenant, path), 404);
        assertProblem(service.send(tenant, "POST", path, "{\"text\": \"x\"}"), 404);
        assertProblem(service.send(tenant, "DELETE", path + "/" + note, ""), 404);
        assertProblem(
                service.send(tenant, "DELETE", PROFILES + "/" + service.create(tenant, "{}") + "/notes/" + note, ""),
                404);
        assertThat(service.get(other, path).data()).hasSize(1);
    }

    @Test
    void textThatCannotBe() {
        String path = PROFILES + "/" + service.create(tenant, "{}") + "/notes";
        for (String body : new String[] {
            "{}",
            "{\"text\": \" \"}",
            "{\"text\": 1}",
            "{\"text\": \"a\", \"id\": 1}",
            "{\"text\": \"\\u0000\"}",
            "{\"text\": \"\\ud800\"}"
        }) {
            assertThat(service.send(tenant, "POST", path, body).errorFields()).containsExactly("text");
        }
    }
}
