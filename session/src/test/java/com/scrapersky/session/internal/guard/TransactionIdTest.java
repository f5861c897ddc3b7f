package com.scrapersky.session.internal.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.functional.Route;
import com.scrapersky.session.internal.guard.TransactionId.Status;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** The names from before PostgreSQL 13 are still there in the one of today, and say the same. */
class TransactionIdTest {

    @Test
    void theOlderNamesSayTheSame() throws SQLException {
        try (Connection subject = Route.postgres().connect();
                Connection asking = Route.postgres().connect()) {
            subject.setAutoCommit(false);
            TransactionId id = ask(subject, TransactionId.QUESTION);
            assertThat(ask(subject, TransactionId.OLDER_QUESTION)).isEqualTo(id);
            assertStatus(asking, id, Status.IN_PROGRESS);
            subject.commit();
            assertStatus(asking, id, Status.COMMITTED);

            TransactionId undone = ask(subject, TransactionId.QUESTION);
            subject.rollback();
            assertStatus(asking, undone, Status.ROLLED_BACK);

            assertStatus(asking, new TransactionId(id.number(), id.begun(), "FFFFFFFF"), Status.NUMBER_REUSED_PERHAPS);
            assertStatus(
                    asking,
                    new TransactionId(id.number(), "2000-01-01 00:00:00+00", id.timeline()),
                    Status.NUMBER_REUSED_PERHAPS);
            String never = Long.toString(Long.parseLong(undone.number()) + 1_000_000);
            assertStatus(asking, new TransactionId(never, id.begun(), id.timeline()), Status.ROLLED_BACK);
        }
    }

    private static TransactionId ask(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(question)) {
            return TransactionId.read(row);
        }
    }

    private static void assertStatus(Connection connection, TransactionId id, Status status) throws SQLException {
        assertThat(TransactionId.status(connection, TransactionId.INQUIRY, id)).isEqualTo(status);
        assertThat(TransactionId.status(connection, TransactionId.OLDER_INQUIRY, id))
                .isEqualTo(status);
    }
}
