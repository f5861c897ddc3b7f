package com.scrapersky.session.testkit.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PoolMode;
import com.scrapersky.session.testkit.Pooler;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.PoolerTest;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.RoundTrips;
import com.scrapersky.session.testkit.TransactionPooler;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Every example of the guide runs here, and the guide shows no other. */
class GuideTest {

    private static final Path GUIDE = Path.of("../docs/testkit.md");
    private static final Path SOURCES = Path.of("src/test/java/com/scrapersky/session/testkit/guide");

    static final class HastyTest {
        @BeforeEach
        void createTable(PostgresLab postgres) {
            new OrdersBehindAPoolerTest().createTable(postgres);
        }

        @PoolerTest(poolers = Pooler.PGBOUNCER_1_18)
        void keepsTheTenantsApart(PoolerLab pooler, LeakProbe probe) throws SQLException {
            try (HikariDataSource dataSource = OrdersBehindAPoolerTest.dataSource(pooler)) {
                HastyOrders orders = new HastyOrders(dataSource);
                probe.during("add for a", () -> orders.add("a", "book"));
            }
        }
    }

    @Test
    void showsTheMessageOfAHastyProgram() throws IOException {
        List<Throwable> failures = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(HastyTest.class))
                .execute()
                .testEvents()
                .failed()
                .stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow())
                .toList();
        assertThat(failures).singleElement().satisfies(failure -> {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            String printed = trace.toString().replaceAll("backend \\d+", "backend 4711");
            String shown = block(Files.readString(GUIDE), "text").get(0);
            assertThat(shown.lines())
                    .allSatisfy(line -> assertThat(printed.lines()).contains(line));
        });
    }

    @Test
    void labsByHand() throws SQLException {
        // guide: by hand
        try (PostgresLab postgres = PostgresLab.start();
                PgBouncerLab pooler = PgBouncerLab.builder(postgres)
                        .version(PgBouncerVersion.V1_18)
                        .poolSize(2)
                        .setting("query_wait_timeout", "5")
                        .start();
                Backends backends = Backends.of(pooler);
                Connection subject = pooler.connect(Map.of("prepareThreshold", "0"));
                LeakProbe probe = LeakProbe.before(backends)) {
            int first = backends.pids().get(0);
            probe.during("choose a schema", () -> backends.on(first, () -> subject.setSchema("tenant_a")));
            // On another backend nobody knows of it.
            backends.onAnother(() -> assertThat(subject.getSchema()).isEqualTo("public"));
            assertThatThrownBy(probe::assertNothingLeaked).hasMessageContaining("search_path");
        }
        // end
    }

    @Test
    void faults() throws SQLException {
        // guide: faults
        try (PostgresLab postgres = PostgresLab.start();
                TransactionPooler pooler =
                        TransactionPooler.supavisor(postgres.url()).start();
                Connection connection = pooler.connect()) {
            pooler.faults().cutAfterCommit();
            connection.setAutoCommit(false);
            connection.createStatement().execute("create table kept (id int)");
            // The server has committed, and the client cannot know.
            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
            assertThat(exists(postgres, "kept")).isTrue();
        }
        // end
    }

    @Test
    void sessionMode() throws SQLException {
        // guide: session mode
        try (PostgresLab postgres = PostgresLab.start();
                TransactionPooler sessions = TransactionPooler.builder(postgres)
                        .preset(Manners.supavisor().poolMode(PoolMode.SESSION))
                        .poolSize(1)
                        .start();
                Connection connection = sessions.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("listen news");
            assertThatThrownBy(sessions::connect)
                    .hasMessageContaining("(EMAXCONNSESSION) max clients reached in session mode");
        }
        // end
    }

    @Test
    void roundTrips() throws SQLException {
        // guide: round trips
        try (PostgresLab postgres = PostgresLab.start();
                TransactionPooler pooler =
                        TransactionPooler.pgBouncer118(postgres.url()).start();
                Connection connection = pooler.connect(Map.of("prepareThreshold", "0"));
                Statement statement = connection.createStatement()) {
            assertThat(RoundTrips.of(() -> statement.execute("select 1"))).isEqualTo(1);
        }
        // end
    }

    private static boolean exists(PostgresLab postgres, String table) throws SQLException {
        try (Connection connection = postgres.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select to_regclass('" + table + "') is not null")) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    @Test
    void theGuideShowsOnlyWhatRunsHere() throws IOException {
        String guide = Files.readString(GUIDE);
        List<String> examples = examples();
        assertThat(block(guide, "java"))
                .hasSize(examples.size())
                .allSatisfy(shown -> assertThat(examples).contains(shown));
        assertThat(Stream.of(Pooler.values()).map(Pooler::name))
                .allSatisfy(pooler -> assertThat(guide).contains("`" + pooler + "`"));
    }

    /** Everything between the markers in this package, without its indentation. */
    private static List<String> examples() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            String all = files.sorted().map(GuideTest::read).collect(Collectors.joining());
            return Pattern.compile("(?ms)^( *)// guide: [^\\n]*\\n(.*?)^ *// end$")
                    .matcher(all)
                    .results()
                    .map(found -> found.group(2).indent(-found.group(1).length()))
                    .toList();
        }
    }

    private static List<String> block(String guide, String language) {
        return Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$")
                .matcher(guide)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read " + file, e);
        }
    }
}
