package com.scrapersky.profiles.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.example.profiles.ApiClient;
import com.example.profiles.ApiException;
import com.example.profiles.ApiResponse;
import com.example.profiles.api.HealthApi;
import com.example.profiles.api.ImportsAndExportsApi;
import com.example.profiles.api.NotesApi;
import com.example.profiles.api.ProfilesApi;
import com.example.profiles.model.Job;
import com.example.profiles.model.NewNote;
import com.example.profiles.model.Note;
import com.example.profiles.model.Problem;
import com.example.profiles.model.Profile;
import com.example.profiles.model.ProfileAnswer;
import com.example.profiles.model.ProfileFields;
import com.example.profiles.model.ProfilePage;
import com.scrapersky.profiles.RunningService;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A client that OpenAPI Generator makes of {@code docs/openapi.json} in each build, as it comes: what the document says is
 * enough to work with the service, behind each pooler.
 */
@ParameterizedClass
@EnumSource(PgBouncerVersion.class)
class GeneratedClientTest {

    @Parameter
    PgBouncerVersion version;

    private final UUID tenant = UUID.randomUUID();
    private ApiClient client = new ApiClient();
    private ProfilesApi profiles = new ProfilesApi(client);

    @BeforeEach
    void connect() {
        client = client();
        client.setRequestInterceptor(
                request -> request.header("Authorization", "Bearer " + RunningService.TOKENS.ofTenant(tenant)));
        profiles = new ProfilesApi(client);
    }

    private ApiClient client() {
        ApiClient anybody = new ApiClient();
        anybody.updateBaseUri(
                "http://localhost:" + RunningService.behind(version).port());
        return anybody;
    }

    @Test
    void createReadListUpdateDelete() throws ApiException {
        Profile created = profiles.createProfile(
                        new ProfileFields().name("Ada").email("ada@example.com").role("admin"))
                .getData();
        assertThat(created.getActive()).isTrue();
        assertThat(created.getBio()).isNull();

        ApiResponse<ProfileAnswer> read = profiles.getProfileWithHttpInfo(created.getId(), null);
        assertThat(read.getData().getData()).isEqualTo(created);
        String version = etag(read);

        ApiResponse<ProfileAnswer> updated = profiles.updateProfileWithHttpInfo(
                created.getId(), new ProfileFields().name("Ada Lovelace").role(null), version);
        assertThat(updated.getData().getData().getName()).isEqualTo("Ada Lovelace");
        assertThat(updated.getData().getData().getRole()).as("made null").isNull();
        assertThat(updated.getData().getData().getEmail()).as("left alone").isEqualTo("ada@example.com");
        assertThat(etag(updated)).isNotEqualTo(version);
        assertThat(problem(412, () -> profiles.updateProfile(created.getId(), new ProfileFields().name("X"), version)))
                .extracting(Problem::getDetail)
                .asString()
                .contains("has changed since");

        assertThat(profiles.deleteProfile(created.getId()).getData().getDeleted())
                .isTrue();
        assertThat(problem(404, () -> profiles.getProfile(created.getId(), null)))
                .isNotNull();
    }

    @Test
    void pagesLeadThroughTheList() throws ApiException {
        List<UUID> created = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            created.add(profiles.createProfile(new ProfileFields()).getData().getId());
        }
        List<UUID> listed = new ArrayList<>();
        String cursor = null;
        do {
            ProfilePage page = profiles.listProfiles(2, null, cursor, null);
            page.getData().forEach(profile -> listed.add(profile.getId()));
            cursor = page.getNextCursor();
        } while (cursor != null);
        assertThat(listed).isEqualTo(created);
        assertThat(profiles.listProfiles(null, null, null, "nobody has this name")
                        .getData())
                .isEmpty();
    }

    @Test
    void refusalsAreProblems() {
        Problem wrong = problem(400, () -> profiles.createProfile(new ProfileFields().email("nobody")));

        assertThat(wrong.getErrors()).hasSize(1);
        assertThat(wrong.getErrors().get(0).getField()).isEqualTo("email");
        ProfilesApi withoutToken = new ProfilesApi(client());
        assertThat(problem(401, () -> withoutToken.listProfiles(null, null, null, null))
                        .getTitle())
                .isEqualTo("Unauthorized");
    }

    @Test
    void theRest() throws ApiException {
        UUID id = profiles.createProfile(new ProfileFields().name("Grace"))
                .getData()
                .getId();
        NotesApi notes = new NotesApi(client);
        Note note = notes.addNote(id, new NewNote().text("Called.")).getData();
        assertThat(notes.listNotes(id).getData()).containsExactly(note);
        assertThat(notes.deleteNote(id, note.getId()).getData().getDeleted()).isTrue();

        ImportsAndExportsApi jobs = new ImportsAndExportsApi(client);
        Job job = jobs.importProfiles("{\"name\": \"Edgar\"}\n{\"name\": \"Ada\"}\n", "key")
                .getData();
        assertThat(jobs.watchJob(job.getId()))
                .as("the events, until the job is finished")
                .content()
                .contains("event:job", "\"state\":\"done\"");
        assertThat(jobs.getJob(job.getId()).getData().getRowsAdded()).isEqualTo(2);
        assertThat(jobs.listJobs().getData()).hasSize(1);
        assertThat(jobs.exportProfiles()).content().contains("Grace", "Edgar", "Ada");

        assertThat(new HealthApi(client).isUp().getStatus()).isEqualTo("up");
        assertThat(new HealthApi(client).isReady().getStatus()).isEqualTo("ready");
    }

    private Problem problem(int status, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        ApiException refusal = catchThrowableOfType(ApiException.class, call);
        assertThat(refusal).isNotNull();
        assertThat(refusal.getCode()).isEqualTo(status);
        try {
            return client.getObjectMapper().readValue(refusal.getResponseBody(), Problem.class);
        } catch (com.fasterxml.jackson.core.JsonProcessingException malformed) {
            throw new AssertionError(refusal.getResponseBody(), malformed);
        }
    }

    private static String etag(ApiResponse<?> answer) {
        return answer.getHeaders().get("etag").get(0);
    }
}
