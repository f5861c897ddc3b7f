package com.scrapersky.session.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lists hold all that the poolers are known to say; PoolerFaultsTest has all of them said to a client. */
class PoolerErrorTest {

    @ParameterizedTest
    @CsvSource({
        "EMAXCONN,XX000",
        "EMAXCONNSESSION,XX000",
        "ECHECKOUTTIMEOUT,XX000",
        "ECHECKOUTRETRIES,XX000",
        "EPOOLCHECKOUT,XX000",
        "EDBHANDLEREXITED,XX000",
        "EMAXPOOLSREACHED,XX000",
        "ESUBSCRIBERETRIES,XX000",
        "EWORKERNOTFOUND,XX000",
        "EPOOLCONFIGNOTFOUND,XX000",
        "EPOOLRANCHNOTFOUND,XX000",
        "EPROXYSTARTFAILED,XX000",
        "EPROXYSUPERVISORUNAVAILABLE,XX000",
        "ENOTFOUND,XX000",
        "ENOIDENTIFIER,XX000",
        "EMULTIPLEUSERS,XX000",
        "EINVALIDUSERINFO,XX000",
        "EBANNED,XX000",
        "EADDRNOTALLOWED,XX000",
        "ESSLREQUIRED,XX000",
        "ESSLHANDSHAKE,08006",
        "EAUTHTIMEOUT,08006",
        "ECIRCUITBREAKER,XX000",
        "EAUTHQUERY,XX000",
        "EAUTHPROTOCOL,08P01",
        "ESTARTUPMESSAGE,08P01",
        "ESTARTUPPACKETTOOLARGE,08P01",
        "EMAXPREPARED,XX000",
        "EMAXPREPAREDMEM,XX000",
        "EPREPAREDDUP,42P05",
        "EPREPAREDNOTFOUND,26000",
        "EPSSIMPLEQUERY,XX000"
    })
    void everyCodeOfSupavisorIsThere(String code, String sqlState) {
        assertThat(PoolerError.SUPAVISOR)
                .filteredOn(error -> error.text().startsWith("(" + code + ") "))
                .isNotEmpty()
                .allSatisfy(error -> assertThat(error.sqlState()).isEqualTo(sqlState));
    }

    /** What has no code, or hides it: a failed login of the pooler's own, a drain, a wrong password. */
    @ParameterizedTest
    @CsvSource({
        "08006,Failed to connect to database: ",
        "28P01,Authentication credentials are invalid. ",
        "28P01,password authentication failed for user ",
        "57P01,terminating connection due to administrator command",
        "53300,'sorry, too many clients already'",
        "57P03,the database system is starting up"
    })
    void soIsWhatSupavisorSaysWithoutACode(String sqlState, String text) {
        assertThat(PoolerError.SUPAVISOR)
                .anySatisfy(error -> assertThat(error.sqlState() + error.text())
                        .startsWith(sqlState)
                        .contains(text));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            query_wait_timeout
            no more connections allowed (max_client_conn)
            client connections exceeded (max_db_client_connections)
            client connections exceeded (max_user_client_connections)
            server login failed:
            client_login_timeout (server down)
            server shutting down
            pause failed
            query_timeout
            query timeout
            idle transaction timeout
            transaction timeout
            client_idle_timeout
            server conn crashed?
            server closed the connection
            prepared statement name is already in use
            prepared statement did not exist
            unsupported startup parameter:
            SSL required
            no such user
            no such database:
            password authentication failed
            """)
    void everyTextOfPgBouncerIsThere(String text) {
        assertThat(PoolerError.PGBOUNCER)
                .anySatisfy(error -> assertThat(error.text()).startsWith(text));
    }

    @Test
    void theOldTextsAreThereAndTheOthersTypicalOnes() {
        assertThat(texts(PoolerError.SUPAVISOR_2_8))
                .anyMatch(text -> text.equals("Max client connections reached"))
                .anyMatch(text -> text.startsWith("MaxClientsInSessionMode: "))
                .anyMatch(text -> text.equals("Max pools count reached"))
                .anyMatch(text -> text.equals("Tenant or user not found"));
        assertThat(texts(PoolerError.ODYSSEY))
                .anyMatch(text -> text.contains("too many tcp connections"))
                .anyMatch(text -> text.contains("failed to get remote server connection"));
        assertThat(texts(PoolerError.PGCAT)).contains("could not get connection from the pool");
        assertThat(PoolerError.PGDOG).extracting(PoolerError::sqlState).contains("58000", "57P05", "57P01");
        assertThat(PoolerError.POSTGRES)
                .extracting(PoolerError::sqlState)
                .contains("25P03", "57014", "57P01", "53300", "40001", "40P01");
    }

    private static List<String> texts(List<PoolerError> errors) {
        return errors.stream().map(PoolerError::text).toList();
    }
}
