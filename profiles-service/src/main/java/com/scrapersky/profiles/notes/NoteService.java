package com.scrapersky.profiles.notes;

import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.RawSql;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * Notes about profiles, as entities; the profile they are about is reached by SQL, in the same transaction. Like {@link
 * com.scrapersky.profiles.ProfileService} in everything else. Thread-safe.
 */
@Service
public class NoteService {

    private static final int MOST = 1000;

    private final EntitySessions entities;

    NoteService(EntitySessions entities) {
        this.entities = entities;
    }

    /** The first thousand notes about a profile in their order; nothing if the tenant has no such profile. */
    public Optional<List<Note>> getNotes(DatabaseSession session, UUID tenantId, UUID profileId) {
        return RawSql.executeRawSqlOne(
                        session,
                        "select id from profiles where tenant_id = :tenant_id and id = :id",
                        Map.of("tenant_id", tenantId, "id", profileId))
                .map(profile -> entities.within(
                        session,
                        orm -> orm.createSelectionQuery(
                                        "from Note where tenantId = :tenant and profileId = :profile order by createdAt, id",
                                        Note.class)
                                .setParameter("tenant", tenantId)
                                .setParameter("profile", profileId)
                                .setMaxResults(MOST)
                                .getResultList()));
    }

    /** Adds a note, and marks the profile as changed; nothing if the tenant has no such profile. */
    public Optional<Note> addNote(
            DatabaseSession session, UUID tenantId, UUID profileId, String text, String createdBy) {
        Optional<Map<String, @Nullable Object>> profile = RawSql.executeRawSqlOne(
                session,
                "update profiles set updated_at = clock_timestamp() where tenant_id = :tenant_id and id = :id"
                        + " returning updated_at",
                Map.of("tenant_id", tenantId, "id", profileId));
        return profile.map(changed -> {
            Instant now = ((OffsetDateTime) Objects.requireNonNull(changed.get("updated_at"))).toInstant();
            Note note = new Note(tenantId, profileId, text, createdBy, now);
            return entities.within(session, orm -> {
                orm.persist(note);
                return note;
            });
        });
    }

    /** Deletes a note; false if the tenant's profile has none of this id. */
    public boolean deleteNote(DatabaseSession session, UUID tenantId, UUID profileId, UUID id) {
        return entities.within(session, orm -> {
            Note note = orm.find(Note.class, id);
            if (note == null || !note.profileId().equals(profileId)) {
                return false;
            }
            orm.remove(note);
            return true;
        });
    }
}
