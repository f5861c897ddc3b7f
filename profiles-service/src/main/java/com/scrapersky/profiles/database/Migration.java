package com.scrapersky.profiles.database;

import com.scrapersky.profiles.Variables;
import com.scrapersky.session.ConnectionException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.DatabaseUrl;
import com.scrapersky.session.PoolerProfile.Mode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.output.MigrateResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the tables up to date, past a transaction-mode pooler where there is a way: over the URL that the environment
 * names for it, else over Supabase's direct or session-mode address, where either is certain and can be reached.
 */
final class Migration {

    private static final Logger LOG = LoggerFactory.getLogger(Migration.class);

    /** Ours, and the name that Prisma and Supabase's documentation use. */
    private static final List<String> URL_VARIABLES = List.of("MIGRATION_DATABASE_URL", "DIRECT_URL");

    /** Flyway works on one connection, notes what it did on a second, and holds its lock on a third. */
    private static final int CONNECTIONS = 3;

    private final DatabaseUrl url;
    private final DatabaseSessionFactory sessions;
    private final Variables variables;

    Migration(DatabaseUrl url, DatabaseSessionFactory sessions, Variables variables) {
        this.url = url;
        this.sessions = sessions;
        this.variables = variables;
    }

    void run() {
        Optional<String> given = URL_VARIABLES.stream()
                .flatMap(name -> variables.get(name).stream())
                .findFirst();
        if (given.isPresent()) {
            migrateOver(DatabaseUrl.parse(given.get()));
        } else if (sessions.profile().mode() != Mode.TRANSACTION) {
            migrate(sessions.dataSource());
        } else if (!migrateOverDerivedUrl()) {
            LOG.warn(
                    "The migration runs through a pooler in transaction mode, because no direct URL is known. That is"
                            + " second best: Flyway sets the role and the search path of its session, which the pooler"
                            + " then hands to the next client with the backend; and each instance that waits for"
                            + " Flyway's lock holds a backend meanwhile. Set {} to a URL past the pooler.",
                    URL_VARIABLES.get(0));
            migrate(sessions.dataSource());
        }
    }

    private boolean migrateOverDerivedUrl() {
        List<DatabaseUrl> derived = Stream.of(url.directUrl(), url.sessionUrl())
                .flatMap(Optional::stream)
                .toList();
        for (DatabaseUrl candidate : derived) {
            try {
                migrateOver(candidate);
                return true;
            } catch (ConnectionException unreachable) {
                if (!unreachable.neverSent() || !unreachable.isRetryable()) {
                    throw unreachable;
                }
                // Supabase's direct address has IPv6 only, which many networks lack.
                LOG.info("{} cannot be reached for the migration: {}", candidate, unreachable.getMessage());
            }
        }
        return false;
    }

    private static void migrateOver(DatabaseUrl url) {
        try (DatabaseSessionFactory direct = DatabaseSessionFactory.builder(url)
                .maximumPoolSize(CONNECTIONS)
                .applicationName("profiles-migration")
                .build()) {
            LOG.info("The migration runs over {}", url);
            migrate(direct.dataSource());
        }
    }

    private static void migrate(DataSource database) {
        Flyway flyway = Flyway.configure()
                .dataSource(database)
                // The database may have other services' tables, and histories of theirs.
                .table("profiles_schema_history")
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load();
        MigrateResult result = migrate(flyway);
        LOG.info(
                "{} migrations were applied; the tables are at version {}",
                result.migrationsExecuted,
                result.targetSchemaVersion == null ? result.initialSchemaVersion : result.targetSchemaVersion);
    }

    private static MigrateResult migrate(Flyway flyway) {
        try {
            return flyway.migrate();
        } catch (FlywayException failure) {
            if (failure.getErrorCode() != CoreErrorCode.ERROR) {
                throw failure;
            }
            // Flyway looks for its history before it takes its lock: of several instances that start on an empty
            // database, one may find that another has begun it in between. Then there is one, and this cannot recur.
            LOG.info("the migration is tried once more: {}", failure.getMessage());
            return flyway.migrate();
        }
    }
}
