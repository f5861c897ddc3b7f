package com.scrapersky.profiles.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The form of what is a map in code, for the document only: rows are maps, as {@code RawSql} gives them, and a request that
 * leaves a field out says something else than one that makes it null, which a record could not tell apart.
 * {@code ApiDocumentTest} holds real answers against these.
 */
final class Schemas {

    private static final String NAME = "Ada Lovelace";
    private static final String EMAIL = "ada@example.com";
    private static final String AVATAR = "https://example.com/ada.png";
    private static final String BIO = "Wrote the first program.";
    private static final String ROLE = "admin";
    private static final String ID = "6f1c2f2e-9d0b-4c58-8a3e-0f4a5f0c7b11";
    private static final String TENANT = "550e8400-e29b-41d4-a716-446655440000";
    private static final String TIME = "2026-11-28T10:15:30.123456Z";
    private static final String TEXT = "string";
    private static final String NULL = "null";

    private Schemas() {}

    @Schema(name = "Profile", description = "A profile as it is stored.")
    record Profile(
            @Schema(requiredMode = RequiredMode.REQUIRED, example = ID)
            UUID id,

            @JsonProperty("tenant_id") @Schema(requiredMode = RequiredMode.REQUIRED, example = TENANT)
            UUID tenantId,

            @Schema(
                    types = {TEXT, NULL},
                    requiredMode = RequiredMode.REQUIRED,
                    example = NAME)
            @Nullable
            String name,

            @Schema(
                    types = {TEXT, NULL},
                    requiredMode = RequiredMode.REQUIRED,
                    example = EMAIL)
            @Nullable
            String email,

            @JsonProperty("avatar_url")
            @Schema(
                    types = {TEXT, NULL},
                    description = "Not in lists.",
                    example = AVATAR)
            @Nullable
            String avatarUrl,

            @Schema(
                    types = {TEXT, NULL},
                    requiredMode = RequiredMode.REQUIRED,
                    example = BIO)
            @Nullable
            String bio,

            @Schema(
                    types = {TEXT, NULL},
                    requiredMode = RequiredMode.REQUIRED,
                    example = ROLE)
            @Nullable
            String role,

            @Schema(requiredMode = RequiredMode.REQUIRED, example = "true")
            boolean active,

            @JsonProperty("created_at") @Schema(requiredMode = RequiredMode.REQUIRED, example = TIME)
            Instant createdAt,

            @JsonProperty("updated_at") @Schema(requiredMode = RequiredMode.REQUIRED, example = TIME)
            Instant updatedAt) {}

    @Schema(
            name = "ProfileFields",
            description =
                    "The fields of a profile that a client gives. One that is left out stays as it is, or takes its"
                            + " default; one that is null becomes null. id, tenant_id, created_at and updated_at are ignored, so"
                            + " a profile may be sent back as it was got. Any other field is refused.")
    record ProfileFields(
            @Schema(
                    types = {TEXT, NULL},
                    maxLength = 200,
                    example = NAME)
            @Nullable
            String name,

            @Schema(
                    types = {TEXT, NULL},
                    maxLength = 254,
                    example = EMAIL,
                    description = "An e-mail address; in a tenant no two profiles have the same, in whichever case.")
            @Nullable
            String email,

            @JsonProperty("avatar_url")
            @Schema(
                    types = {TEXT, NULL},
                    maxLength = 2048,
                    example = AVATAR)
            @Nullable
            String avatarUrl,

            @Schema(
                    types = {TEXT, NULL},
                    maxLength = 10_000,
                    example = BIO)
            @Nullable
            String bio,

            @Schema(
                    types = {TEXT, NULL},
                    maxLength = 100,
                    example = ROLE)
            @Nullable
            String role,

            @Schema(description = "True unless given.", example = "true")
            Boolean active) {}

    @Schema(name = "NewNote")
    record NewNote(
            @Schema(
                    requiredMode = RequiredMode.REQUIRED,
                    minLength = 1,
                    maxLength = 10_000,
                    example = "Called on Monday.")
            String text) {}

    @Schema(name = "Problem", description = "A problem detail (RFC 9457).")
    record Problem(
            @Schema(requiredMode = RequiredMode.REQUIRED, description = "The status in words.")
            String title,

            @Schema(requiredMode = RequiredMode.REQUIRED, minimum = "400", maximum = "599")
            int status,

            @Schema(requiredMode = RequiredMode.REQUIRED, description = "What happened, and what to do.")
            String detail,

            @Schema(description = "The path of the request.")
            String instance,

            @Schema(
                    description =
                            "The first row of an import that is not as it has to be: 0 is CSV's line of names, what"
                                    + " comes behind it is counted from 1 on, without empty lines.",
                    minimum = "0")
            Long row,

            @Schema(description = "Everything that is wrong with the request.")
            List<WrongField> errors) {}

    @Schema(name = "WrongField")
    record WrongField(
            @Schema(requiredMode = RequiredMode.REQUIRED, description = "Its name in body, query, path or head.")
            String field,

            @Schema(requiredMode = RequiredMode.REQUIRED, description = "What it has to be.")
            String message) {}
}
