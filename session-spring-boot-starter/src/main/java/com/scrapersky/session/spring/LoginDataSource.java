package com.scrapersky.session.spring;

import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.PoolerProfile;
import com.scrapersky.session.PoolerProfile.Mode;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A pool-safe DataSource as migrations get it: with the login's own rights, whoever is authenticated. */
final class LoginDataSource extends DelegatingDataSource {

    private static final Logger LOG = LoggerFactory.getLogger(LoginDataSource.class);

    private final GuardedDataSource guarded;

    private LoginDataSource(GuardedDataSource guarded) {
        super(guarded);
        this.guarded = guarded;
    }

    /** What {@code tool} is to run on, with a warning where that is a pooler in transaction mode. */
    static DataSource forMigration(DataSource dataSource, String tool) {
        try {
            if (!dataSource.isWrapperFor(GuardedDataSource.class)) {
                return dataSource;
            }
            GuardedDataSource guarded = dataSource.unwrap(GuardedDataSource.class);
            warn(guarded, tool);
            return new LoginDataSource(guarded);
        } catch (SQLException unanswered) {
            return dataSource;
        }
    }

    private static void warn(GuardedDataSource guarded, String tool) {
        PoolerProfile profile;
        try {
            profile = guarded.sessions().profile();
        } catch (DatabaseException | IllegalStateException away) {
            // The migration itself will say so.
            return;
        }
        if (profile.mode() == Mode.TRANSACTION) {
            LOG.warn(
                    "{} runs through {} in transaction mode, because no other way to the database is known: its lock holds"
                            + " a backend of the pooler, and statements that need a session of their own are refused. Set"
                            + " sky.session.session-url (or sky.session.migration.url) to the pooler's session mode or to the"
                            + " server itself, or {} to what suits.",
                    tool,
                    profile.pooler().title(),
                    tool.equals("Flyway") ? "spring.flyway.url" : "spring.liquibase.url");
        }
    }

    @Override
    public Connection getConnection() throws SQLException {
        return guarded.connectionOfLogin();
    }
}
