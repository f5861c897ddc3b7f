package com.scrapersky.benchmarks.peers;

import com.zaxxer.hikari.HikariDataSource;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.hibernate.SessionFactory;
import org.hibernate.StatelessSession;
import org.hibernate.cfg.Configuration;
import org.jspecify.annotations.NullUnmarked;

/** Hibernate, by its stateless session: entities without a persistence context, which is the fastest it offers. */
public final class HibernatePeer implements Peer {

    private static final AtomicLong ASSIGNED = new AtomicLong(1_000_000_000_000L);

    private final HikariDataSource pool;
    private final SessionFactory factory;

    public HibernatePeer(HikariDataSource pool) {
        this.pool = pool;
        Configuration configuration = new Configuration()
                .addAnnotatedClass(ProfileEntity.class)
                .addAnnotatedClass(NoteEntity.class)
                .addAnnotatedClass(NumberedNote.class);
        configuration.getProperties().put("hibernate.connection.datasource", pool);
        configuration.getProperties().put("hibernate.jdbc.batch_size", Integer.toString(Texts.BATCH));
        this.factory = configuration.buildSessionFactory();
    }

    @Override
    public Profile oneRow(int id) {
        return factory.fromStatelessSession(session -> oneRow(session, id));
    }

    private static Profile oneRow(StatelessSession session, int id) {
        ProfileEntity found = session.get(ProfileEntity.class, id);
        if (found == null) {
            throw new IllegalStateException("no row");
        }
        return found.profile();
    }

    @Override
    public List<Profile> page(int after) {
        return factory.fromStatelessSession(session -> {
            List<Profile> page = new ArrayList<>();
            session.createSelectionQuery("from ProfileEntity where id > ?1 order by id", ProfileEntity.class)
                    .setParameter(1, after)
                    .setMaxResults(Texts.PAGE)
                    .getResultList()
                    .forEach(entity -> page.add(entity.profile()));
            return page;
        });
    }

    private static long insert(StatelessSession session, int profile, String body) {
        NoteEntity note = new NoteEntity();
        note.profile = profile;
        note.body = body;
        return (Long) session.insert(note);
    }

    @Override
    public long insertReturning(int profile, String body) {
        return factory.fromStatelessTransaction(session -> insert(session, profile, body));
    }

    @Override
    public Profile contextSelect(int id) {
        return factory.fromStatelessTransaction(session -> {
            session.createNativeQuery(
                            Texts.CONTEXT.replaceFirst("\\?", "?1").replaceFirst(", \\?,", ", ?2,"), Object[].class)
                    .setParameter(1, Texts.ROLE)
                    .setParameter(2, Texts.CLAIMS)
                    .getSingleResult();
            return oneRow(session, id);
        });
    }

    @Override
    public int transaction(int id) {
        return factory.fromStatelessTransaction(session -> {
            int sum = 0;
            for (int i = 0; i < 3; i++) {
                sum += oneRow(session, id + i).score();
            }
            sum += session.createMutationQuery("update ProfileEntity set score = score + 1 where id = ?1")
                    .setParameter(1, id)
                    .executeUpdate();
            insert(session, id, "transaction");
            return sum;
        });
    }

    /** With keys that the program assigns: Hibernate sends no batches where the database does. */
    @Override
    public int batch(List<String> bodies) {
        return factory.fromStatelessTransaction(session -> {
            List<NumberedNote> notes = new ArrayList<>(bodies.size());
            for (String body : bodies) {
                NumberedNote note = new NumberedNote();
                note.id = ASSIGNED.incrementAndGet();
                note.profile = notes.size() + 1;
                note.body = body;
                notes.add(note);
            }
            session.insertMultiple(notes);
            return notes.size();
        });
    }

    @Override
    public long stream() {
        return factory.fromStatelessTransaction(session -> {
            try (Stream<Object[]> rows = session.createNativeQuery(Texts.MANY, Object[].class)
                    .setFetchSize(Texts.FETCH)
                    .getResultStream()) {
                return rows.mapToLong(row -> (Integer) row[0] + ((String) row[1]).length())
                        .sum();
            }
        });
    }

    @Override
    public void close() {
        factory.close();
        pool.close();
    }

    @NullUnmarked
    @Entity(name = "ProfileEntity")
    @Table(name = "profiles")
    static class ProfileEntity {
        @Id
        int id;

        UUID tenant;
        String name;
        String email;
        String bio;
        boolean active;
        int score;
        OffsetDateTime created;

        Profile profile() {
            return new Profile(id, tenant, name, email, bio, active, score, created);
        }
    }

    @NullUnmarked
    @Entity(name = "NoteEntity")
    @Table(name = "notes")
    static class NoteEntity {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @Column(nullable = false)
        int profile;

        String body;
    }

    @NullUnmarked
    @Entity(name = "NumberedNote")
    @Table(name = "notes")
    static class NumberedNote {
        @Id
        Long id;

        @Column(nullable = false)
        int profile;

        String body;
    }
}
