package com.scrapersky.profiles;

import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.RawSql;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * The profiles of a tenant. Every method works within the session it is given, which its caller opens and ends; none
 * commits. None has a parameter for the pooler either: the session has what the pooler needs.
 *
 * <pre>{@code
 * List<Map<String, Object>> profiles =
 *         sessions.read(session -> service.getProfiles(session, tenantId, 100, 0));
 * }</pre>
 *
 * <p>Every statement is limited to the tenant: a profile of another one is as if it were not there. Rows are maps from
 * column name to value, as {@link RawSql} gives them. Thread-safe; one round trip for each method.
 *
 * <p>Errors are those of {@link RawSql}; of these a {@code ConstraintViolationException} of the constraint
 * {@link #UNIQUE_EMAIL} means that another profile of the tenant has the e-mail address.
 */
@Service
public class ProfileService {

    public static final int DEFAULT_LIMIT = 100;
    public static final int MAXIMUM_LIMIT = 1000;

    /** The constraint that no two profiles of a tenant have the same e-mail address, in whichever case. */
    public static final String UNIQUE_EMAIL = "profiles_tenant_email_key";

    // A list leaves avatar_url out, as the former system's did.
    private static final String LISTED = "id, name, email, role, bio, tenant_id, active, created_at, updated_at";
    private static final String FOUND =
            " and (strpos(lower(name), lower(:search)) > 0 or strpos(lower(email), lower(:search)) > 0)";
    private static final String BEHIND = " and (created_at, id) > (:created_at, :id)";
    private static final String ALL =
            "id, name, email, avatar_url, role, bio, tenant_id, active, created_at, updated_at";

    /** The first {@link #DEFAULT_LIMIT} profiles of a tenant. */
    public List<Map<String, @Nullable Object>> getProfiles(DatabaseSession session, UUID tenantId) {
        return getProfiles(session, tenantId, DEFAULT_LIMIT, 0);
    }

    /**
     * Profiles of a tenant in the order of their creation, those of one moment by id.
     *
     * @param limit from 1 to {@link #MAXIMUM_LIMIT}
     * @param offset how many to leave out, which the database reads all the same; see
     *     {@link #getProfilesBehind(DatabaseSession, UUID, int, ProfileCursor)}
     */
    public List<Map<String, @Nullable Object>> getProfiles(
            DatabaseSession session, UUID tenantId, int limit, long offset) {
        return list(session, tenantId, "", Map.of(), limit, offset);
    }

    /** The profiles of a tenant behind a place of their list; at any depth as fast as the first ones. */
    public List<Map<String, @Nullable Object>> getProfilesBehind(
            DatabaseSession session, UUID tenantId, int limit, ProfileCursor cursor) {
        return list(session, tenantId, BEHIND, place(cursor), limit, 0);
    }

    /**
     * Those of a tenant's profiles whose name or e-mail address contains a text, in whichever case, in the order of the list.
     *
     * @param text what they contain; none of its characters has a meaning of its own
     * @param limit from 1 to {@link #MAXIMUM_LIMIT}
     * @param offset how many to leave out
     */
    public List<Map<String, @Nullable Object>> searchProfiles(
            DatabaseSession session, UUID tenantId, SearchText text, int limit, long offset) {
        return list(session, tenantId, FOUND, Map.of("search", text.text()), limit, offset);
    }

    /** The same behind a place of the list. */
    public List<Map<String, @Nullable Object>> searchProfilesBehind(
            DatabaseSession session, UUID tenantId, SearchText text, int limit, ProfileCursor cursor) {
        Map<String, Object> values = new LinkedHashMap<>(place(cursor));
        values.put("search", text.text());
        return list(session, tenantId, FOUND + BEHIND, values, limit, 0);
    }

    private static Map<String, Object> place(ProfileCursor cursor) {
        return Map.of("created_at", cursor.createdAt(), "id", cursor.id());
    }

    /** @param conditions constants of this class; one text for each combination of them, which the session's caches know */
    private static List<Map<String, @Nullable Object>> list(
            DatabaseSession session,
            UUID tenantId,
            String conditions,
            Map<String, Object> values,
            int limit,
            long offset) {
        checkLimit(limit);
        Map<String, Object> all = new LinkedHashMap<>(values);
        all.put("tenant_id", tenantId);
        all.put("limit", limit);
        all.put("offset", offset);
        return RawSql.executeRawSql(
                session,
                "select " + LISTED + " from profiles where tenant_id = :tenant_id" + conditions
                        + " order by created_at, id limit :limit offset :offset",
                all);
    }

    /** One profile of a tenant. */
    public Optional<Map<String, @Nullable Object>> getProfile(DatabaseSession session, UUID tenantId, UUID id) {
        return RawSql.executeRawSqlOne(
                session,
                "select " + ALL + " from profiles where tenant_id = :tenant_id and id = :id",
                Map.of("tenant_id", tenantId, "id", id));
    }

    /** Adds a profile, and gives it as it is stored. */
    public Map<String, @Nullable Object> createProfile(DatabaseSession session, UUID tenantId, ProfileFields fields) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("id", UUID.randomUUID());
        values.put("tenant_id", tenantId);
        values.putAll(fields.given());
        String columns = String.join(", ", values.keySet());
        String parameters = values.keySet().stream().map(column -> ":" + column).collect(Collectors.joining(", "));
        return RawSql.executeRawSqlOne(
                        session,
                        "insert into profiles (" + columns + ") values (" + parameters + ") returning " + ALL,
                        values)
                .orElseThrow();
    }

    /** Changes the given fields of a profile and nothing else, and gives it as it is stored then. */
    public Optional<Map<String, @Nullable Object>> updateProfile(
            DatabaseSession session, UUID tenantId, UUID id, ProfileFields changes) {
        return updateProfile(session, tenantId, id, changes, null);
    }

    /**
     * The same, if nobody has changed the profile since; nothing is changed otherwise.
     *
     * @param unchangedSince its {@code updated_at} as it was seen, or null for any
     */
    public Optional<Map<String, @Nullable Object>> updateProfile(
            DatabaseSession session, UUID tenantId, UUID id, ProfileFields changes, @Nullable Instant unchangedSince) {
        if (changes.given().isEmpty() && unchangedSince == null) {
            return getProfile(session, tenantId, id);
        }
        Map<String, @Nullable Object> values = new LinkedHashMap<>(changes.given());
        // Not now(), which stands still during a transaction.
        String assignments = values.keySet().stream()
                .map(column -> column + " = :" + column + ", ")
                .collect(Collectors.joining("", "", "updated_at = clock_timestamp()"));
        values.put("tenant_id", tenantId);
        values.put("id", id);
        if (unchangedSince != null) {
            values.put("unchanged_since", unchangedSince);
        }
        return RawSql.executeRawSqlOne(
                session,
                "update profiles set " + assignments + " where tenant_id = :tenant_id and id = :id"
                        + (unchangedSince == null ? "" : " and updated_at = :unchanged_since") + " returning " + ALL,
                values);
    }

    /** Deletes a profile; false if the tenant has none of this id. */
    public boolean deleteProfile(DatabaseSession session, UUID tenantId, UUID id) {
        return RawSql.executeRawSqlOne(
                        session,
                        "delete from profiles where tenant_id = :tenant_id and id = :id returning id",
                        Map.of("tenant_id", tenantId, "id", id))
                .isPresent();
    }

    private static void checkLimit(int limit) {
        if (limit < 1 || limit > MAXIMUM_LIMIT) {
            throw new InvalidInputException(
                    List.of(new FieldError("limit", "must be a whole number from 1 to " + MAXIMUM_LIMIT)));
        }
    }
}
