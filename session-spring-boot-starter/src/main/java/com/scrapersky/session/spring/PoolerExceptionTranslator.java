package com.scrapersky.session.spring;

import com.scrapersky.session.ErrorClass;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.jdbc.support.AbstractFallbackSQLExceptionTranslator;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;
import org.springframework.jdbc.support.SQLExceptionTranslator;

/**
 * Spring's own translation goes by the SQLSTATE, and poolers tell theirs under those of others: a busy Supavisor under XX000, a
 * busy PgBouncer under 08P01, a statement that met another backend under 42P05, which Spring takes for bad grammar. These become
 * what they are: transient where another attempt may succeed, non-transient where something has to be set otherwise first. All
 * else stays Spring's. Thread-safe; asks nobody.
 */
final class PoolerExceptionTranslator extends AbstractFallbackSQLExceptionTranslator {

    /** @param fallback for all else; null leaves that to the caller */
    private PoolerExceptionTranslator(@Nullable SQLExceptionTranslator fallback) {
        setFallbackTranslator(fallback);
    }

    /** For JDBC: what is no pooler's is Spring's. */
    static PoolerExceptionTranslator forJdbc() {
        return new PoolerExceptionTranslator(new SQLExceptionSubclassTranslator());
    }

    /** For Hibernate, which knows more about what is no pooler's. */
    static PoolerExceptionTranslator forHibernate() {
        return new PoolerExceptionTranslator(null);
    }

    @Override
    protected @Nullable DataAccessException doTranslate(String task, @Nullable String sql, SQLException error) {
        String message = buildMessage(task, sql, error);
        return switch (ErrorClass.of(error)) {
            case NEVER_SENT, NOT_EXECUTED, WAIT -> new TransientDataAccessResourceException(message, error);
            case CONFIGURATION -> new NonTransientDataAccessResourceException(message, error);
            case ROLLED_BACK -> rolledBack(message, error);
            // It may have been committed: nobody repeats that blindly.
            case OUTCOME_UNKNOWN -> new DataAccessResourceFailureException(message, error);
            case REJECTED -> null;
        };
    }

    /** Of serialization failures, deadlocks and timeouts Spring knows by itself. */
    private static @Nullable DataAccessException rolledBack(String message, SQLException error) {
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        if (state.startsWith("40") || state.equals("57014")) {
            return null;
        }
        return state.equals("55P03")
                ? new CannotAcquireLockException(message, error)
                : new TransientDataAccessResourceException(message, error);
    }
}
