package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.scrapersky.session.SessionContext;
import com.scrapersky.session.SessionUsageException;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What cannot be meant is refused where it is given, with the way out, and never with a value. */
class SessionContextBuilderTest {

    private static void refused(Consumer<SessionContext.Builder> step, String... said) {
        assertThatExceptionOfType(SessionUsageException.class)
                .isThrownBy(() -> step.accept(SessionContext.builder()))
                .satisfies(refusal -> assertThat(refusal.getMessage()).contains(said))
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("secret"));
    }

    @Test
    void refusesWhatIsNoRole() {
        for (String name : new String[] {"", "none", "public", "r\0", "r".repeat(64)}) {
            refused(builder -> builder.role(name), "role");
        }
    }

    @Test
    void refusesWhatAreNoClaims() {
        refused(builder -> builder.claims("secret"), "JSON object");
        refused(builder -> builder.claims(Map.of("sub", new Object())), "java.lang.Object");
    }

    @Test
    void refusesNamesAndValuesThatNoServerTakes() {
        for (String name : new String[] {"", "a b", "app.", ".app", "app..x", "app;x", "app'x", "1a", "a".repeat(64)}) {
            refused(builder -> builder.setting(name, "secret"), "setting");
        }
        refused(builder -> builder.setting("app.x", "secret\0"), "zero byte", "app.x");
        refused(builder -> builder.applicationName("secret\0"), "zero byte");
    }

    @Test
    void refusesWhatHasAMethodOfItsOwn() {
        refused(builder -> builder.setting("ROLE", "secret"), "role(…)");
        refused(builder -> builder.setting("session_authorization", "secret"), "role(…)");
        refused(builder -> builder.setting("default_transaction_isolation", "secret"), "isolation(…)");
        refused(builder -> builder.setting("transaction_read_only", "secret"), "readOnly(…)");
        refused(builder -> builder.setting("transaction_deferrable", "secret"), "default_transaction_deferrable");
        refused(builder -> builder.setting("client_encoding", "secret"), "UTF-8");
    }

    @Test
    void refusesTimesThatNoServerKnows() {
        refused(builder -> builder.statementTimeout(Duration.ofMillis(-1)), "statement timeout");
        refused(builder -> builder.lockTimeout(Duration.ofDays(25)), "lock timeout", "24 days");
        refused(builder -> builder.idleInTransactionTimeout(Duration.ofDays(-1)), "idle-in-transaction");
    }

    @Test
    void isComparedByWhatItSaysAndShowsNoValue() {
        SessionContext one = SessionContext.builder()
                .role("reader")
                .claims(Map.of("sub", "secret"))
                .build();
        SessionContext same = SessionContext.builder()
                .claims("{\"sub\":\"secret\"}")
                .role("reader")
                .build();
        assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(SessionContext.none());
        assertThat(one.toString()).contains("reader", "request.jwt.claims").doesNotContain("secret");
        assertThat(one.role()).contains("reader");
        assertThat(SessionContext.none().role()).isEmpty();
    }
}
