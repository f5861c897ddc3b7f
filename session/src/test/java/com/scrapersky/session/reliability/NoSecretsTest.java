package com.scrapersky.session.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.DatabaseUrl;
import com.scrapersky.session.SessionContext;
import com.scrapersky.session.functional.Route;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** With everything logged that can be: no password, no claim and no bound value gets out, whatever goes well or wrong. */
class NoSecretsTest {

    private static final String PASSWORD = "pw-Xq7MARKER";
    private static final String CLAIM = "claim-Xq7MARKER";
    private static final String VALUE = "value-Xq7MARKER";

    private final Queue<String> told = new ConcurrentLinkedQueue<>();
    private final Logger root = (Logger) LoggerFactory.getLogger("ROOT");
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            told.add(event.getLoggerName() + " " + event.getThreadName() + " " + event.getFormattedMessage()
                    + (event.getThrowableProxy() == null
                            ? ""
                            : ThrowableProxyUtil.asString(event.getThrowableProxy())));
        }
    };
    private Level before;

    @BeforeEach
    void logEverything() {
        Route.postgres().execute("drop role if exists keeper", "create role keeper login password '" + PASSWORD + "'");
        before = root.getLevel();
        root.detachAppender("console");
        root.setLevel(Level.TRACE);
        appender.start();
        root.addAppender(appender);
    }

    @AfterEach
    void asBefore() {
        root.detachAppender(appender);
        root.setLevel(before);
    }

    private void tell(Object object) {
        told.add(String.valueOf(object));
    }

    private void tell(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        told.add(trace.toString());
    }

    @ParameterizedTest
    @EnumSource(
            value = Route.class,
            names = {"DIRECT", "PGBOUNCER_1_26"})
    void nothingIsTold(Route route) {
        DatabaseUrl url = DatabaseUrl.parse(route.endpoint().url());
        String user = "keeper";
        DatabaseSessionFactory.Builder builder = DatabaseSessionFactory.builder(url)
                .user(user)
                .password(PASSWORD)
                .connectionTimeout(Duration.ofSeconds(2))
                .commitCheck(Duration.ofSeconds(1));
        SessionContext context =
                SessionContext.builder().setting("app.claim", CLAIM).build();
        tell(builder);
        tell(context);
        tell(url.withPassword(PASSWORD));
        try (DatabaseSessionFactory sessions = builder.build()) {
            tell(sessions);
            tell(sessions.profile());
            tell(sessions.dataSource());
            DatabaseSessionFactory mine = sessions.withContext(context);
            for (DatabaseSessionFactory each : new DatabaseSessionFactory[] {sessions, mine}) {
                tell(each.<Integer, RuntimeException>read(session -> {
                    tell(session);
                    tell(session.connection());
                    return session.sql("select length(:v)").param("v", VALUE).single(Integer.class);
                }));
                for (String wrong : new String[] {
                    "select :v::int",
                    "select nonsense, :v",
                    "select 1 / (length(:v) - length(:v))",
                    "select cast(:v as uuid)"
                }) {
                    var statement = each.sql(wrong).param("v", VALUE);
                    tell(statement);
                    tell(catchThrowable(statement::row));
                    tell(catchThrowable(() -> each.write(session ->
                            session.sql(wrong).batch(java.util.List.of(Map.of("v", VALUE), Map.of("v", VALUE))))));
                }
            }
            Thread.getAllStackTraces().keySet().forEach(thread -> tell(thread.getName()));
        }
        tell(catchThrowable(() -> DatabaseSessionFactory.builder(url)
                .user(user)
                .password(PASSWORD + "wrong")
                .build()));
        tell(catchThrowable(() -> DatabaseSessionFactory.open("postgres://u:" + PASSWORD + "@127.0.0.1:1/d")));
        tell(catchThrowable(() -> DatabaseUrl.parse("postgres://u:" + PASSWORD + "@h:port/d?x")));
        assertThat(told).as("looked at").hasSizeGreaterThan(20);
        // The driver's own logger, java.util.logging, is off unless a program switches it on.
        assertThat(told).noneMatch(text -> text.contains("MARKER"));
    }
}
