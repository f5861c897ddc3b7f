package com.scrapersky.session.frameworks.migration;

import com.scrapersky.session.frameworks.Transcript;
import com.scrapersky.session.frameworks.UserProgram;
import java.io.OutputStream;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import liquibase.GlobalConfiguration;
import liquibase.Scope;
import liquibase.command.CommandScope;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.ui.LoggerUIService;
import org.springframework.jdbc.core.JdbcTemplate;

/** Liquibase: two schemas, updated twice, rolled back to a tag; a changelog that fails; a lock that somebody else has. */
final class LiquibaseProgram implements UserProgram {

    private static final String CHANGELOG = "migrations/liquibase/changelog.xml";
    private static final String FAILING = "migrations/liquibase/failing.xml";

    /** Held here, as a logger that nobody holds forgets its level. */
    private static final Logger LOG = Logger.getLogger("liquibase");

    @Override
    public void run(DataSource dataSource, Transcript transcript) throws Exception {
        LOG.setLevel(Level.OFF);
        Scope.child(
                Map.of(Scope.Attr.ui.name(), new LoggerUIService()),
                () -> new Steps(dataSource, new JdbcTemplate(dataSource), transcript).run());
    }

    private record Steps(DataSource dataSource, JdbcTemplate jdbc, Transcript transcript) {

        void run() throws Exception {
            for (String schema : List.of("crm", "billing")) {
                jdbc.execute("create schema " + schema);
                command(schema, CHANGELOG, "update");
                tell("updated " + schema, schema);
                command(schema, CHANGELOG, "update");
                tell("updated again " + schema, schema);
            }
            transcript.saw(
                    "lines",
                    jdbc.queryForList(
                            "select text from crm.line union all select text from billing.line order by 1",
                            String.class));
            command("crm", CHANGELOG, "rollback", "tag", "begun");
            tell("rolled back", "crm");
            tell("not rolled back", "billing");
            command("crm", CHANGELOG, "update");
            tell("updated once more", "crm");
            transcript.outcome("failing", () -> command("crm", FAILING, "update"));
            tell("after failure", "crm");
            locked();
            transcript.saw("afterwards", jdbc.queryForMap("select current_schema(), current_setting('search_path')"));
            transcript.transactions(() -> jdbc.queryForObject("select pg_backend_pid()", Integer.class));
        }

        private void locked() {
            jdbc.update(
                    "update billing.databasechangeloglock set locked = true, lockedby = 'somebody', lockgranted = now()");
            transcript.outcome(
                    "locked",
                    () -> Scope.child(
                            Map.of(
                                    GlobalConfiguration.CHANGELOGLOCK_WAIT_TIME.getKey(),
                                    0L,
                                    GlobalConfiguration.CHANGELOGLOCK_POLL_RATE.getKey(),
                                    0L),
                            () -> command("billing", FAILING, "update")));
            jdbc.update("update billing.databasechangeloglock set locked = false, lockedby = null, lockgranted = null");
            transcript.outcome("not locked", () -> command("billing", CHANGELOG, "update"));
        }

        private void command(String schema, String changelog, String name, String... arguments) throws Exception {
            try (Connection connection = dataSource.getConnection();
                    Database database = DatabaseFactory.getInstance()
                            .findCorrectDatabaseImplementation(new JdbcConnection(connection))) {
                database.setDefaultSchemaName(schema);
                CommandScope command = new CommandScope(name)
                        .addArgumentValue("database", database)
                        .addArgumentValue("changelogFile", changelog)
                        .setOutput(OutputStream.nullOutputStream());
                for (int i = 0; i < arguments.length; i += 2) {
                    command.addArgumentValue(arguments[i], arguments[i + 1]);
                }
                command.execute();
            }
        }

        private void tell(String what, String schema) {
            transcript.saw(
                    what + ", changes",
                    jdbc.queryForList(
                            "select id from " + schema + ".databasechangelog order by orderexecuted", String.class));
            transcript.saw(
                    what + ", tables and indexes",
                    jdbc.queryForList(
                            "select relname from pg_class where relkind in ('r', 'i') and relnamespace = ?::regnamespace"
                                    + " order by 1",
                            String.class,
                            schema));
            transcript.saw(
                    what + ", locked",
                    jdbc.queryForObject("select locked from " + schema + ".databasechangeloglock", Boolean.class));
        }
    }
}
