package com.scrapersky.profiles.http;

import com.scrapersky.profiles.FieldError;
import com.scrapersky.profiles.InvalidInputException;
import com.scrapersky.profiles.notes.Note;
import com.scrapersky.profiles.notes.NoteService;
import com.scrapersky.profiles.security.Tenants;
import com.scrapersky.session.DatabaseSessionFactory;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The requests about a profile's notes. */
@RestController
@RequestMapping(path = ProfilesController.PATH + "/{id}/notes", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "notes")
class NotesController {

    private static final int LONGEST = 10_000;

    private final DatabaseSessionFactory sessions;
    private final NoteService notes;
    private final Tenants tenants;

    NotesController(DatabaseSessionFactory sessions, NoteService notes, Tenants tenants) {
        this.sessions = sessions;
        this.notes = notes;
        this.tenants = tenants;
    }

    @Operation(operationId = "listNotes", summary = "The notes of a profile, the first thousand")
    @ApiResponse(responseCode = "200", description = "Notes in the order of their creation")
    @Refused(HttpStatus.NOT_FOUND)
    @GetMapping
    NotesAnswer list(@AuthenticationPrincipal Jwt token, @PathVariable String id) {
        UUID tenant = tenants.of(token);
        UUID profile = Ids.of(id);
        return new NotesAnswer(sessions.read(session -> notes.getNotes(session, tenant, profile))
                .orElseThrow(ProfileNotFoundException::new));
    }

    @Operation(operationId = "addNote", summary = "Adds a note")
    @ApiResponse(responseCode = "200", description = "The note as it is stored")
    @Refused({HttpStatus.NOT_FOUND, HttpStatus.CONTENT_TOO_LARGE, HttpStatus.UNSUPPORTED_MEDIA_TYPE})
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    NoteAnswer add(
            @AuthenticationPrincipal Jwt token,
            @PathVariable String id,
            @RequestBody @Schema(implementation = Schemas.NewNote.class) Map<String, @Nullable Object> body) {
        UUID tenant = tenants.of(token);
        UUID profile = Ids.of(id);
        String text = text(body);
        String user = Objects.requireNonNull(token.getSubject());
        return new NoteAnswer(sessions.write(session -> notes.addNote(session, tenant, profile, text, user))
                .orElseThrow(ProfileNotFoundException::new));
    }

    @Operation(operationId = "deleteNote", summary = "Deletes a note")
    @ApiResponse(responseCode = "200", description = "It is deleted")
    @Refused(HttpStatus.NOT_FOUND)
    @DeleteMapping("/{note}")
    ProfilesController.Deleted delete(
            @AuthenticationPrincipal Jwt token, @PathVariable String id, @PathVariable String note) {
        UUID tenant = tenants.of(token);
        UUID profile = Ids.of(id);
        UUID wanted = Ids.of(note);
        if (!sessions.write(session -> notes.deleteNote(session, tenant, profile, wanted))) {
            throw new ProfileNotFoundException();
        }
        return ProfilesController.Deleted.DONE;
    }

    private static String text(Map<String, @Nullable Object> body) {
        Object text = body.get("text");
        if (body.size() == 1
                && text instanceof String given
                && !given.isBlank()
                && given.length() <= LONGEST
                && given.indexOf('\0') < 0
                && given.codePoints().noneMatch(point -> Character.getType(point) == Character.SURROGATE)) {
            return given;
        }
        throw new InvalidInputException(List.of(new FieldError(
                "text", "must be there, alone, and be a text of 1 to " + LONGEST + " characters without NUL")));
    }

    /** One note. */
    record NoteAnswer(
            @Schema(requiredMode = RequiredMode.REQUIRED) Note data) {}

    /** Notes in their order. */
    record NotesAnswer(
            @Schema(requiredMode = RequiredMode.REQUIRED) List<Note> data) {}
}
