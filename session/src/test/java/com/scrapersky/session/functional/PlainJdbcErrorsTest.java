package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.ErrorClass;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the errors of plain JDBC mean, for those who use a DataSource and not the sessions; texts as the server tells them. */
class PlainJdbcErrorsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "08P01|query_wait_timeout|NOT_EXECUTED",
                "08P01|no more connections allowed (max_client_conn)|WAIT",
                "53300|sorry, too many clients already|WAIT",
                "28P01|password authentication failed for user \"app\"|CONFIGURATION",
                "40001|could not serialize access due to concurrent update|ROLLED_BACK",
                "26000|prepared statement \"S_1\" does not exist|ROLLED_BACK",
                "57014|canceling statement due to statement timeout|ROLLED_BACK",
                "23505|duplicate key value violates unique constraint \"a\"|REJECTED",
                "22012|division by zero|REJECTED",
                "08006|An I/O error occurred while sending to the backend.|OUTCOME_UNKNOWN"
            })
    void byStateAndText(String state, String text, ErrorClass expected) {
        assertThat(ErrorClass.of(new SQLException(text, state))).isEqualTo(expected);
    }

    /** HikariCP puts an exception of its own around the last failure, or gives one without a state. */
    @Test
    void ofAPool() {
        assertThat(ErrorClass.of(new SQLTransientConnectionException("Connection is not available")))
                .isEqualTo(ErrorClass.NEVER_SENT);
        SQLException refused = new SQLException("password authentication failed for user \"app\"", "28P01");
        assertThat(ErrorClass.of(new SQLTransientConnectionException("Connection is not available", "28P01", refused)))
                .isEqualTo(ErrorClass.CONFIGURATION);
    }
}
