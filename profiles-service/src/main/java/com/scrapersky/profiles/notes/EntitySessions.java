package com.scrapersky.profiles.notes;

import com.scrapersky.session.DatabaseSession;
import jakarta.persistence.EntityManagerFactory;
import java.util.function.Function;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Lets Hibernate work in the transaction of a database session: on its connection, with its tenant and role, ended by
 * whoever ends that. What Hibernate has to write is written before the work is over, so statements after it see it. No round
 * trip of its own. Thread-safe.
 */
@Component
public class EntitySessions {

    private final SessionFactory factory;

    EntitySessions(EntityManagerFactory factory) {
        this.factory = factory.unwrap(SessionFactory.class);
    }

    /** Does {@code work} with entities. They are detached when it returns. */
    public <T extends @Nullable Object> T within(DatabaseSession session, Function<Session, T> work) {
        try (Session entities =
                factory.withOptions().connection(session.connection()).openSession()) {
            T result = work.apply(entities);
            entities.flush();
            return result;
        }
    }
}
