package com.scrapersky.session.frameworks.migration;

import com.scrapersky.session.frameworks.Transcript;
import com.scrapersky.session.frameworks.UserProgram;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** Flyway as it comes: two schemas, migrated twice; a script that fails; two programs that start at once; another role. */
final class FlywayProgram implements UserProgram {

    @Override
    public void run(DataSource dataSource, Transcript transcript) throws Exception {
        new Steps(dataSource, transcript).run();
    }

    private record Steps(DataSource dataSource, Transcript transcript) {

        void run() throws Exception {
            for (String schema : List.of("crm", "billing")) {
                Flyway flyway = flyway(schema).load();
                migrate("first of " + schema, flyway);
                migrate("second of " + schema, flyway);
                transcript.outcome("validate " + schema, flyway::validate);
                transcript.saw(
                        "info of " + schema,
                        Arrays.stream(flyway.info().all())
                                .map(migration -> migration.getScript() + " " + migration.getState())
                                .toList());
            }
            failing();
            twoAtOnce();
            asAnotherRole();
            transcript.saw(
                    "tables",
                    rows("select schemaname, tablename, tableowner from pg_tables"
                            + " where schemaname !~ '^pg_|information_schema' order by 1, 2"));
            transcript.saw(
                    "lines", rows("select text from crm.line union all select text from billing.line order by 1"));
            transcript.saw("total", rows("select lines, amount from billing.total"));
            transcript.saw(
                    "history",
                    rows("select installed_rank, version, script, success, installed_by = session_user"
                            + " from crm.flyway_schema_history order by 1"));
            transcript.saw(
                    "afterwards",
                    rows("select current_schema(), current_user = session_user,"
                            + " current_setting('search_path'), current_setting('row_security'),"
                            + " current_setting('check_function_bodies'), current_setting('client_min_messages')"));
            transcript.transactions(
                    () -> Integer.parseInt(rows("select pg_backend_pid()").get(0)));
        }

        private FluentConfiguration flyway(String schema) {
            return Flyway.configure().dataSource(dataSource).schemas(schema).locations("classpath:migrations/flyway");
        }

        private void migrate(String what, Flyway flyway) {
            transcript.saw(what, flyway.migrate().migrationsExecuted);
        }

        private void failing() throws SQLException {
            Flyway flyway = flyway("crm")
                    .locations("classpath:migrations/flyway", "classpath:migrations/failing")
                    .load();
            transcript.outcome("failing", flyway::migrate);
            transcript.saw("half of it", rows("select to_regclass('crm.half')"));
            transcript.outcome("repair", flyway::repair);
            migrate("without it", flyway("crm").load());
        }

        /** As two instances of one program do, that are deployed together. */
        private void twoAtOnce() throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(2);
            CyclicBarrier together = new CyclicBarrier(2);
            try {
                List<Future<Integer>> instances = Stream.generate(() -> threads.submit(() -> {
                            together.await();
                            return flyway("shared").load().migrate().migrationsExecuted;
                        }))
                        .limit(2)
                        .toList();
                List<Integer> executed = new ArrayList<>();
                for (Future<Integer> instance : instances) {
                    executed.add(instance.get());
                }
                transcript.saw("two at once", executed.stream().sorted().toList());
            } finally {
                threads.shutdownNow();
            }
        }

        private void asAnotherRole() {
            migrate("as migrator", flyway("owned").initSql("set role migrator").load());
        }

        private List<String> rows(String query) throws SQLException {
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(query)) {
                List<String> found = new ArrayList<>();
                while (rows.next()) {
                    List<String> columns = new ArrayList<>();
                    for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                        columns.add(rows.getString(i));
                    }
                    found.add(String.join(
                            " ", columns.stream().map(String::valueOf).toList()));
                }
                return found;
            }
        }
    }
}
