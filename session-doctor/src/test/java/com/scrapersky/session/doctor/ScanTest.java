package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.doctor.internal.scan.Scan;
import com.scrapersky.session.doctor.internal.scan.Sighting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found in an application that does everything wrong, and in a long one that does nothing wrong. */
class ScanTest {

    private static final Path SEEDED = Path.of("src/test/resources/scan/seeded");
    private static final Path CLEAN = Path.of("src/test/resources/scan/clean");
    private static final Pattern SEED = Pattern.compile("seeded: ([a-z-]+)|seeded-above: ([a-z-]+) (\\d+)");

    /** What has no room for a comment beside it. */
    private static final Set<String> ALSO_SEEDED = Set.of(
            "src/main/resources/other.properties:1 setting",
            "src/main/resources/other.properties:2 transaction-isolation",
            "src/main/resources/persistence.xml:4 set-schema",
            "sample.env:1 setting",
            "src/main/resources/db/migration/V1__jobs.sql:5 hidden-setting");

    @Test
    void findsEveryClassWhereItIs() throws IOException {
        Scan scan = Scan.of(SEEDED);
        assertThat(scan.sightings().stream().map(ScanTest::shown).toList())
                .containsExactlyInAnyOrderElementsOf(seeds());
        assertThat(scan.sightings().stream().map(Sighting::feature).collect(Collectors.toSet()))
                .isEqualTo(EnumSet.allOf(SessionFeature.class));
    }

    @Test
    void findsNothingInACleanApplication(@TempDir Path application) throws IOException {
        int copies = 110;
        for (int copy = 0; copy < copies; copy++) {
            copy(CLEAN, application.resolve("module" + copy), copy);
        }
        Scan scan = Scan.of(application);
        assertThat(scan.lines()).isGreaterThan(10_000);
        assertThat(scan.files()).isEqualTo(3 * copies);
        assertThat(scan.sightings()).isEmpty();
    }

    /** Real code that passes its own tests behind poolers, without the library's own words about what it refuses. */
    @Test
    void findsNothingInTheProfilesService() throws IOException {
        Scan scan = Scan.of(Path.of("../profiles-service/src/main"));
        assertThat(scan.files()).isGreaterThan(20);
        assertThat(scan.sightings()).isEmpty();
    }

    @Test
    void command() {
        Run text = Run.of("scan", SEEDED.toString());
        assertThat(text.exitCode()).isEqualTo(1);
        assertThat(text.out())
                .contains("Sessions.java:14  [setting, kept]  SET statement_timeout = '5s'")
                .contains("Sessions.java:30  [notification, moved, else refused]  LISTEN jobs")
                .contains("Sessions.java:49  [commit-of-failed-transaction, refused]  connection.commit()")
                .contains("instead  pg_advisory_xact_lock")
                .doesNotContain("hush");
        for (SessionFeature feature : SessionFeature.values()) {
            assertThat(text.out())
                    .as("the table that the guard reads")
                    .contains("[" + feature.id() + ", " + feature.treatment().outcome() + "]  ")
                    .containsPattern("\\[" + feature.id()
                            + "]\n  why .*\n  here     Sky Session, unless a policy says otherwise: "
                            + Pattern.quote(feature.treatment().meaning()) + "\n");
        }
        Run sarif = Run.of("scan", "--format", "sarif", SEEDED.toString());
        assertThat(sarif.out())
                .contains("\"version\":\"2.1.0\"")
                .contains("\"ruleId\":\"advisory-lock\"")
                .contains("\"uri\":\"src/main/java/shop/Sessions.java\"");
        assertThat(Run.of("scan", CLEAN.toString()).exitCode()).isZero();
        assertThat(Run.of("scan", "nowhere").exitCode()).isEqualTo(2);
    }

    /** A line of a method each, and what it does. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            statement.execute("LISTEN " + channel);                                           | notification
            statement.execute("listen " + channel);                                           | notification
            statement.execute("LISTEN \\"" + channel.replace("\\"", "\\"\\"") + "\\"");       | notification
            statement.execute("LISTEN " + (quoted ? quote(channel) : channel));               | notification
            String text = "LISTEN " + channel; run(text);                                     | notification
            run("LISTEN ".concat(channel));                                                   | notification
            run(new StringBuilder("LISTEN ").append(channel).toString());                     | notification
            builder.append("LISTEN "); builder.append(channel);                               | notification
            run(String.format("LISTEN %s", channel));                                         | notification
            run("LISTEN %s".formatted(channel));                                              | notification
            run(String.format(Locale.ROOT, "LISTEN %1$s", channel));                          | notification
            run(MessageFormat.format("LISTEN {0}", channel));                                 | notification
            statement.execute(String.format("listen %s", channel));                           | notification
            statement.execute("listen %s".formatted(channel));                                | notification
            statement.execute("SET ROLE " + role);                                            | role
            statement.execute("SET ROLE \\"" + role.replace("\\"", "\\"\\"") + "\\"");         | role
            statement.execute(String.format("set role %s", role));                            | role
            statement.execute("SET search_path TO " + schema + ", public");                   | setting
            statement.execute("SET search_path = " + schema);                                 | setting
            statement.execute(String.format("SET app.tenant = '%s'", tenant));                | setting
            statement.execute("SET " + name + " = " + value);                                 | setting
            statement.execute(String.format("set session %s to '%s'", name, value));          | setting
            statement.execute("RESET " + name);                                               | setting
            statement.execute("DEALLOCATE " + name);                                          | prepared-statement
            statement.execute("PREPARE " + name + " AS " + sql);                              | prepared-statement
            statement.execute("DECLARE " + name + " CURSOR WITH HOLD FOR " + sql);            | holdable-cursor
            statement.execute("CREATE TEMP TABLE " + name + " (id int)");                     | temporary-object
            statement.execute("LOAD '" + library + "'");                                      | library
            statement.execute("VACUUM " + table);                                             | own-transaction
            statement.execute("select pg_advisory_lock(" + key + ")");                        | advisory-lock
            run(String.format("select pg_try_advisory_lock(%d)", key));                       | advisory-lock
            """)
    void findsTextsThatArePutTogether(String line, String feature, @TempDir Path application) throws IOException {
        assertThat(classes(application, "class A { void a() throws Exception {\n" + line + "\n} }"))
                .containsExactly("2 " + feature);
    }

    /** What is said to people, and compared with: in capitals, put together, formatted, in constants. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "label.setText(\"listen to me\");",
                "label.setText(\"LISTEN to me\");",
                "label.setText(\"listen \" + who);",
                "label.setText(\"Listen %s\".formatted(who));",
                "label.setText(String.format(\"listen %s\", who));",
                "label.setText(\"load '%s'\".formatted(file));",
                "label.setText(\"SET ROLE \" + role + \" has failed\");",
                "String text = \"reset \" + what; label.setText(text);",
                "String text = \"execute \"; label.setText(text + what);",
                "LOG.info(\"LISTEN {}\", channel);",
                "LOG.info(\"LISTEN \" + channel);",
                "LOG.info(String.format(\"LISTEN %s\", channel));",
                "logger.atDebug().log(\"SET ROLE \" + role);",
                "log.warn(() -> \"SET ROLE \" + role);",
                "log.debug { \"LISTEN $channel\" }",
                "System.out.println(\"SET search_path = \" + schema);",
                "System.err.printf(\"DISCARD ALL\");",
                "throw new IllegalStateException(\"SET ROLE \" + role);",
                "throw new IllegalStateException(String.format(\"SET ROLE %s\", role), cause);",
                "if (text.startsWith(\"LISTEN \")) { return; }",
                "if (\"DISCARD ALL\".equals(text) || text.equals(\"DISCARD ALL\")) { return; }",
                "Pattern.compile(\"SET ROLE (\\\\w+)\");",
                "statement.execute(\"SET LOCAL \" + name + \" = '5s'\");",
                "statement.execute(\"SET LOCAL ROLE \" + role);",
                "statement.execute(String.format(\"select * from %s where name = '%s'\", table, name));",
                "statement.execute(\"NOTIFY \" + channel);",
                "statement.execute(\"UNLISTEN \" + channel);",
                "run(\"set\", \"a\" + role, name + \" = 5\");"
            })
    void leavesProseAlone(String line, @TempDir Path application) throws IOException {
        assertThat(classes(application, "class A { void a() {\n" + line + "\n} }"))
                .isEmpty();
    }

    @Test
    void findsConstantsByTheirUse(@TempDir Path application) throws IOException {
        String constants = """
                package shop;
                final class Texts {
                    static final String JOBS = "listen jobs";
                    static final String LISTEN = "listen ";
                    static final String ROLE = "set role %s";
                    static final String LOCK = "LISTEN ";
                    static final String HINT = "listen carefully";
                    static final String SCHEMA = "set search_path to shop";
                }
                """;
        assertThat(classes(application, constants)).containsExactly("6 notification");
        String user = """
                package shop.web;
                import static shop.Texts.ROLE;
                import static other.Texts2.SCHEMA;
                class User {
                    void use(Connection connection, Statement statement) throws SQLException {
                        statement.execute(Texts.JOBS);
                        jdbc.update(shop.Texts.LISTEN + channel);
                        connection.prepareStatement(String.format(ROLE, role)).execute();
                        statement.execute(SCHEMA);
                        label.setText(Texts.HINT);
                        String command = "listen notes";
                        statement.execute(command);
                        String title = "listen now";
                        label.setText(title);
                    }
                }
                """;
        Files.writeString(application.resolve("User.java"), user);
        assertThat(classes(application, constants))
                .containsExactly("3 notification", "4 notification", "5 role", "6 notification", "11 notification");
    }

    @Test
    void findsConstantsThatAreInherited(@TempDir Path application) throws IOException {
        Files.writeString(
                application.resolve("Other.java"), "class Other implements Texts { void a() { sql(JOBS).update(); } }");
        assertThat(classes(application, "interface Texts {\nString JOBS = \"listen jobs\";\n}"))
                .containsExactly("2 notification");
    }

    /** What {@link ReadOnlyModeTest} shows of the driver. */
    @Test
    void tellsSetReadOnlyWhereItStaysBehind(@TempDir Path application) throws IOException {
        String call = "class A { void a(Connection connection) {\nconnection.setReadOnly(true);\n} }";
        assertThat(classes(application, call)).isEmpty();
        Run run = Run.of("scan", application.toString());
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains(
                        "Not counted, setReadOnly: 1, the first at A.java:2. It stays on a backend with readOnlyMode=always");
        for (String always : List.of(
                "config.addDataSourceProperty(\"readOnlyMode\", \"always\");",
                "properties.put(\"readOnlyMode\", \"ALWAYS\");",
                "mapOf(\"readOnlyMode\" to \"always\")",
                "dataSource.setReadOnlyMode(\"always\");",
                "PGProperty.READ_ONLY_MODE.set(properties, \"always\");",
                "open(\"jdbc:postgresql://db/shop?readOnlyMode=always\");")) {
            assertThat(classes(application, call + "\n" + always))
                    .as(always)
                    .containsExactly("2 read-only", "4 read-only");
        }
        assertThat(classes(application, call + "\nproperties.put(\"readOnlyMode\", \"transaction\");"))
                .isEmpty();
        Path settings = Files.writeString(application.resolve("application.properties"), "a.readOnlyMode=transaction");
        assertThat(classes(application, call)).isEmpty();
        Files.writeString(settings, "a.readOnlyMode=always");
        assertThat(classes(application, call)).containsExactly("2 read-only", "1 read-only");
        assertThat(Run.of("scan", application.toString()).out()).doesNotContain("Not counted");
    }

    private static List<String> classes(Path application, String source) throws IOException {
        Files.writeString(application.resolve("A.java"), source);
        return Scan.of(application).sightings().stream()
                .map(sighting -> sighting.line() + " " + sighting.feature().id())
                .toList();
    }

    private static String shown(Sighting sighting) {
        return sighting.file().toString().replace('\\', '/') + ":" + sighting.line() + " "
                + sighting.feature().id();
    }

    private static List<String> seeds() throws IOException {
        List<String> seeds = new ArrayList<>(ALSO_SEEDED);
        try (Stream<Path> files = Files.walk(SEEDED)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                List<String> lines = Files.readAllLines(file);
                for (int i = 0; i < lines.size(); i++) {
                    Matcher seed = SEED.matcher(lines.get(i));
                    while (seed.find()) {
                        boolean here = seed.group(1) != null;
                        int line = i + 1 - (here ? 0 : Integer.parseInt(seed.group(3)) - 1);
                        seeds.add(SEEDED.relativize(file).toString().replace('\\', '/') + ":" + line + " "
                                + seed.group(here ? 1 : 2));
                    }
                }
            }
        }
        return seeds;
    }

    private static void copy(Path from, Path to, int number) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.writeString(
                        target,
                        Files.readString(file).replace("orders", String.format(Locale.ROOT, "orders%d", number)));
            }
        }
    }
}
