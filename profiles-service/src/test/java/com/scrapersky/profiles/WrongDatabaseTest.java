package com.scrapersky.profiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.TransactionPooler;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a pooler says against an address or a login is told in plain words, with what to change. */
class WrongDatabaseTest {

    private static final String PASSWORD = "hunter2hunter2";

    @Test
    void wrongPassword() {
        assertTold(
                "postgres://postgres:" + PASSWORD + "@" + at(Labs.pooler(PgBouncerVersion.V1_26)),
                "The database refuses the user or the password",
                "Supavisor locks an address out");
    }

    @Test
    void unknownTenantAndNoTls() {
        try (TransactionPooler pooler = TransactionPooler.builder(Labs.postgres())
                .preset(Manners.supavisor())
                .handOver(HandOver.LONGEST_IDLE)
                .tls()
                .requireTls()
                .start()) {
            assertTold(
                    "postgres://postgres.nosuchproject:" + PASSWORD + "@" + at(pooler) + "?sslmode=require",
                    "The pooler does not know for which project this login is meant",
                    "postgres.<project reference>");
            assertTold(
                    "postgres://" + pooler.user() + ":" + PASSWORD + "@" + at(pooler) + "?sslmode=disable",
                    "The database lets nobody in without TLS",
                    "sslmode=verify-full");
        }
    }

    @Test
    void anAddressThatIsNone() {
        assertTold("postgres://me:" + PASSWORD + "@host:port/database", "port", "");
    }

    private static String at(com.scrapersky.session.testkit.PostgresEndpoint endpoint) {
        return endpoint.host() + ":" + endpoint.port() + "/" + endpoint.database();
    }

    private static void assertTold(String url, String description, String action) {
        List<String> settings =
                new ArrayList<>(List.of("--DATABASE_URL=" + url, "--JWT_SECRET_KEY=" + RunningService.TOKENS.secret()));
        String output = StartTest.outputOf(
                        () -> assertThatThrownBy(() -> RunningService.run(settings.toArray(String[]::new)))
                                .isInstanceOf(Exception.class))
                .text();

        assertThat(output)
                .contains("APPLICATION FAILED TO START", description, action)
                .doesNotContain(PASSWORD, "\tat com.scrapersky");
    }
}
