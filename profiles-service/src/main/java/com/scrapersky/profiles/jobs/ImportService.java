package com.scrapersky.profiles.jobs;

import com.scrapersky.profiles.FieldError;
import com.scrapersky.profiles.InvalidInputException;
import com.scrapersky.profiles.ProfileFields;
import com.scrapersky.session.ConstraintViolationException;
import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Service;

/**
 * Receives the rows of an import: they are checked one by one and go to the database by COPY as they come, so that memory holds
 * one row and a block. Rows and job are one transaction: an upload that breaks off, or has a wrong row, leaves nothing. What
 * becomes of them is up to {@link JobRunner}. Thread-safe.
 */
@Service
public class ImportService {

    private static final String COPY =
            "copy profile_import_rows (job_id, number, name, email, avatar_url, bio, role, active) from stdin";

    private final DatabaseSessionFactory sessions;
    private final JobService jobs;
    private final JobRunner runner;
    private final long mostRows;

    ImportService(
            DatabaseSessionFactory sessions,
            JobService jobs,
            JobRunner runner,
            @Value("${profiles.import.maximum-rows:1000000}") long mostRows) {
        this.sessions = sessions;
        this.jobs = jobs;
        this.runner = runner;
        this.mostRows = mostRows;
    }

    /**
     * Receives an import, or finds the one that an earlier request with the same key and content has brought.
     *
     * @param user who asks for it
     * @param key the request's idempotency key, if it has one
     * @throws RejectedRowException for the first row that cannot be a profile
     * @throws ImportTooLargeException if there are too many rows
     * @throws KeyReusedException if the key was used for another content
     */
    public Job receive(String user, @Nullable String key, ImportFormat format, InputStream content) throws IOException {
        DigestInputStream hashed = new DigestInputStream(content, sha256());
        if (key != null && isKnown(key)) {
            hashed.transferTo(OutputStream.nullOutputStream());
            return known(key, hash(hashed)).orElseThrow(KeyReusedException::new);
        }
        try {
            Job job = sessions.write(session -> receive(session, user, key, format, hashed));
            runner.wake();
            return job;
        } catch (ConstraintViolationException another) {
            // Another request with this key was quicker.
            if (key == null) {
                throw another;
            }
            return known(key, hash(hashed)).orElseThrow(() -> another);
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause() instanceof CharacterCodingException
                    ? new InvalidInputException(List.of(new FieldError("content", "must be UTF-8")))
                    : unreadable;
        }
    }

    private boolean isKnown(String key) {
        return !sessions.sql("select 1 from profile_jobs where idempotency_key = :key")
                .param("key", key)
                .rows()
                .isEmpty();
    }

    private Optional<Job> known(String key, String hash) {
        return sessions.read(session -> jobs.withKey(session, key, hash));
    }

    private Job receive(
            DatabaseSession session,
            String user,
            @Nullable String key,
            ImportFormat format,
            DigestInputStream content) {
        UUID id = UUID.randomUUID();
        Iterable<List<@Nullable Object>> rows = () -> new Rows(id, format.rows(characters(content)));
        long received = session.copy(COPY).from(rows);
        return jobs.create(session, id, user, key, hash(content), received);
    }

    private static Reader characters(InputStream content) {
        return new BufferedReader(new InputStreamReader(
                content,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)));
    }

    private static String hash(DigestInputStream content) {
        return HexFormat.of().formatHex(content.getMessageDigest().digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** What COPY gets, in the order of its columns. */
    private final class Rows implements Iterator<List<@Nullable Object>> {

        private final UUID job;
        private final Iterator<Map<String, @Nullable Object>> given;
        private long number;

        Rows(UUID job, Iterator<Map<String, @Nullable Object>> given) {
            this.job = job;
            this.given = given;
        }

        @Override
        public boolean hasNext() {
            return given.hasNext();
        }

        @Override
        public List<@Nullable Object> next() {
            Map<String, @Nullable Object> row = given.next();
            if (++number > mostRows) {
                throw new ImportTooLargeException();
            }
            try {
                ProfileFields fields = ProfileFields.of(row);
                return Arrays.asList(
                        job,
                        number,
                        fields.get("name"),
                        fields.get("email"),
                        fields.get("avatar_url"),
                        fields.get("bio"),
                        fields.get("role"),
                        fields.getOrDefault("active", true));
            } catch (InvalidInputException invalid) {
                throw new RejectedRowException(number, invalid.errors());
            }
        }
    }
}
