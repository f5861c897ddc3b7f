package com.scrapersky.profiles.notes;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

/** What somebody has to say about a profile. It never changes. */
@Entity
@Schema(requiredProperties = {"id", "profile_id", "text", "created_by", "created_at"})
@Table(name = "profile_notes")
public class Note {

    @Id
    private UUID id = new UUID(0, 0);

    @Column(name = "tenant_id")
    private UUID tenantId = new UUID(0, 0);

    @Column(name = "profile_id")
    private UUID profileId = new UUID(0, 0);

    private String text = "";

    @Column(name = "created_by")
    private String createdBy = "";

    @Column(name = "created_at")
    private Instant createdAt = Instant.EPOCH;

    /** For the mapper. */
    protected Note() {}

    Note(UUID tenantId, UUID profileId, String text, String createdBy, Instant createdAt) {
        this.id = UUID.randomUUID();
        this.tenantId = tenantId;
        this.profileId = profileId;
        this.text = text;
        this.createdBy = createdBy;
        this.createdAt = createdAt;
    }

    @JsonProperty
    public UUID id() {
        return id;
    }

    @JsonProperty("profile_id")
    public UUID profileId() {
        return profileId;
    }

    @JsonProperty
    public String text() {
        return text;
    }

    @JsonProperty("created_by")
    public String createdBy() {
        return createdBy;
    }

    @JsonProperty("created_at")
    public Instant createdAt() {
        return createdAt;
    }
}
