package com.scrapersky.profiles.http;

import com.scrapersky.profiles.FieldError;
import com.scrapersky.profiles.InvalidInputException;
import com.scrapersky.profiles.ProfileCursor;
import com.scrapersky.profiles.ProfileService;
import com.scrapersky.profiles.SearchText;
import com.scrapersky.session.DatabaseSession;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list is wanted: from a cursor on, or from an offset on.
 *
 * @param search what the profiles have to contain, or null for all of them
 */
record PageRequest(
        int limit,
        long offset,
        @Nullable ProfileCursor cursor,
        @Nullable SearchText search) {

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    /**
     * Reads the query's parameters.
     *
     * @throws InvalidInputException with everything that is wrong with them
     */
    static PageRequest of(
            @Nullable String limit, @Nullable String offset, @Nullable String cursor, @Nullable String search) {
        List<FieldError> errors = new ArrayList<>();
        long rows = limit == null ? ProfileService.DEFAULT_LIMIT : number(limit);
        if (rows < 1 || rows > ProfileService.MAXIMUM_LIMIT) {
            errors.add(new FieldError("limit", "must be a whole number from 1 to " + ProfileService.MAXIMUM_LIMIT));
        }
        long skipped = offset == null ? 0 : number(offset);
        if (skipped < 0) {
            errors.add(new FieldError("offset", "must be a whole number from 0 on"));
        }
        ProfileCursor place =
                cursor == null ? null : ProfileCursor.parse(cursor).orElse(null);
        if (cursor != null && place == null) {
            errors.add(new FieldError("cursor", "must be the next_cursor of an earlier answer"));
        } else if (cursor != null && skipped > 0) {
            errors.add(new FieldError("offset", "must not be given together with a cursor"));
        }
        // A search form that was left empty looks for nothing.
        SearchText wanted = search == null ? null : SearchText.parse(search).orElse(null);
        if (search != null && !search.isEmpty() && wanted == null) {
            errors.add(new FieldError(
                    "search", "must have " + SearchText.LONGEST + " characters at the most, and none of them U+0000"));
        }
        if (!errors.isEmpty()) {
            throw new InvalidInputException(errors);
        }
        return new PageRequest((int) rows, skipped, place, wanted);
    }

    /** The rows of this part. */
    List<Map<String, @Nullable Object>> from(ProfileService profiles, DatabaseSession session, UUID tenantId) {
        if (search != null) {
            return cursor == null
                    ? profiles.searchProfiles(session, tenantId, search, limit, offset)
                    : profiles.searchProfilesBehind(session, tenantId, search, limit, cursor);
        }
        return cursor == null
                ? profiles.getProfiles(session, tenantId, limit, offset)
                : profiles.getProfilesBehind(session, tenantId, limit, cursor);
    }

    /** The query of a link to another part of the same list. */
    String query(@Nullable String nextCursor) {
        StringBuilder query = new StringBuilder("?limit=").append(limit);
        if (search != null) {
            query.append("&search=").append(URLEncoder.encode(search.text(), StandardCharsets.UTF_8));
        }
        if (nextCursor != null) {
            query.append("&cursor=").append(nextCursor);
        }
        return query.toString();
    }

    private static long number(String text) {
        return NUMBER.matcher(text).matches() ? Long.parseLong(text) : -1;
    }
}
