package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.pid;
import static com.scrapersky.session.testkit.proxy.Jdbc.query;
import static com.scrapersky.session.testkit.proxy.Jdbc.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Facts seen on a running Supavisor that a client can see, one test each: two clients that call different statements by the
 * same name. Each parses its own on a backend of its own; then the first one's backend is taken by somebody else, and it meets
 * the other's.
 */
class SupavisorCrossedStatementsTest extends SupavisorFixture {

    private TransactionPooler lifo;
    private Connection mine;
    private Connection theirs;
    private Connection holder;

    @BeforeEach
    void connect() throws SQLException {
        lifo = supavisor()
                .poolSize(1)
                .checkoutTimeout(Duration.ofMillis(200))
                .handOver(HandOver.LAST_RELEASED)
                .start();
        mine = lifo.connect(Map.of("prepareThreshold", "1"));
        theirs = lifo.connect(Map.of("prepareThreshold", "1"));
        holder = unnamed(lifo);
        holder.setAutoCommit(false);
    }

    @AfterEach
    void disconnect() throws SQLException {
        mine.close();
        theirs.close();
        holder.close();
        lifo.close();
    }

    private static String one(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void crossedStatementsGiveAnotherClientsResult() throws SQLException {
        try (PreparedStatement my = mine.prepareStatement("select 'mine'");
                PreparedStatement their = theirs.prepareStatement("select 'theirs'")) {
            assertThat(one(my)).isEqualTo("mine");
            pid(holder);
            assertThat(one(their)).isEqualTo("theirs");
            assertThat(one(my)).isEqualTo("theirs");
        }
    }

    @Test
    void crossedStatementsWantOtherParameters() throws SQLException {
        try (PreparedStatement my = mine.prepareStatement("select ?::int");
                PreparedStatement their = theirs.prepareStatement("select 1")) {
            my.setInt(1, 7);
            assertThat(one(my)).isEqualTo("7");
            pid(holder);
            assertThat(one(their)).isEqualTo("1");
            assertThatThrownBy(() -> one(my)).satisfies(e -> {
                assertState(e, "08P01", "bind message supplies 1 parameters, but prepared statement \"S_");
                assertThat(e.getMessage()).contains("\" requires 0");
            });
        }
    }

    @Test
    void crossedStatementsReadATextAsANumber() throws SQLException {
        try (PreparedStatement my = mine.prepareStatement("select ?::text");
                PreparedStatement their = theirs.prepareStatement("select ?::int")) {
            my.setString(1, "seven");
            assertThat(one(my)).isEqualTo("seven");
            pid(holder);
            their.setInt(1, 7);
            assertThat(one(their)).isEqualTo("7");
            assertThatThrownBy(() -> one(my)).satisfies(e -> assertState(e, "22P02", "invalid input syntax"));
        }
    }

    @Test
    void crossedStatementsReadABinaryNumberAsAText() throws SQLException {
        try (PreparedStatement my = mine.prepareStatement("select ?::int");
                PreparedStatement their = theirs.prepareStatement("select ?::text")) {
            my.setInt(1, 7);
            assertThat(one(my)).isEqualTo("7");
            pid(holder);
            their.setString(1, "seven");
            assertThat(one(their)).isEqualTo("seven");
            assertThatThrownBy(() -> one(my)).satisfies(e -> assertState(e, "22021", "invalid byte sequence"));
        }
    }

    @Test
    void crossedStatementsAreThereAlready() throws SQLException {
        try (PreparedStatement my = mine.prepareStatement("select 'mine'");
                PreparedStatement their = theirs.prepareStatement("select 'theirs'")) {
            assertThat(one(my)).isEqualTo("mine");
            assertThatThrownBy(() -> one(their)).satisfies(e -> assertState(e, "42P05", "already exists"));
        }
    }

    @Test
    void crossedStatementsAreNotThereOnAnotherBackend() throws SQLException {
        mine.setAutoCommit(false);
        try (PreparedStatement my = mine.prepareStatement("select 'mine'")) {
            assertThat(one(my)).isEqualTo("mine");
            mine.commit();
            pid(holder);
            assertThatThrownBy(() -> one(my)).satisfies(e -> assertState(e, "26000", "does not exist"));
        }
    }

    @Test
    void crossedStatementsLeaveATransactionOpenBehindItsCommit() throws SQLException {
        mine.setAutoCommit(false);
        theirs.setAutoCommit(false);
        try (PreparedStatement my = mine.prepareStatement("select 'mine'");
                PreparedStatement their = theirs.prepareStatement("select 'theirs'");
                PreparedStatement insteadOfCommit = theirs.prepareStatement("select 'no commit'");
                Connection other = unnamed(lifo)) {
            one(my);
            mine.commit();
            pid(holder);
            one(their);
            one(insteadOfCommit);
            theirs.commit();
            assertThat(one(my)).isEqualTo("theirs");
            mine.commit();
            assertThatThrownBy(() -> query(other, "select 1"))
                    .satisfies(e -> assertState(e, "XX000", "(ECHECKOUTTIMEOUT)"));
        }
    }
}
