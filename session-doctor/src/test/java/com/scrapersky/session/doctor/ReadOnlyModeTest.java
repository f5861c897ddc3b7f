package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.MayLeak;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code doctor scan} says of {@code setReadOnly} is what pgjdbc does. */
class ReadOnlyModeTest {

    @ParameterizedTest
    @MayLeak("the driver leaves what the doctor warns of")
    @CsvSource({"default,on,off", "transaction,on,off", "ignore,off,off", "always,on,on", "ALWAYS,on,on"})
    void staysOnTheBackendWithAlwaysOnly(String mode, String inTransaction, String forTheNext) throws SQLException {
        Map<String, String> plain = Map.of("prepareThreshold", "0", "assumeMinServerVersion", "12");
        Map<String, String> asked = mode.equals("default")
                ? plain
                : Map.of("prepareThreshold", "0", "assumeMinServerVersion", "12", "readOnlyMode", mode);
        try (PostgresLab postgres = PostgresLab.start();
                TransactionPooler pooler = TransactionPooler.builder(postgres)
                        .poolSize(1)
                        .handOver(HandOver.LONGEST_IDLE)
                        .start();
                Connection reader = pooler.connect(asked);
                Connection next = pooler.connect(plain)) {
            reader.setReadOnly(true);
            assertThat(answer(next, "show default_transaction_read_only")).isEqualTo(forTheNext);
            // With always, the driver takes its SET back here, on whichever backend it gets then.
            reader.setAutoCommit(false);
            assertThat(answer(reader, "show transaction_read_only")).isEqualTo(inTransaction);
            reader.commit();
        }
    }

    private static String answer(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(question)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
