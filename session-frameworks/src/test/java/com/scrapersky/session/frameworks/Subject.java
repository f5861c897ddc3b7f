package com.scrapersky.session.frameworks;

import com.scrapersky.session.DatabaseSessionFactory;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Where a program's connections come from. */
public enum Subject {
    /** A plain pool over the plain driver, as anybody has it. */
    PLAIN_POOL {
        @Override
        Opened open(String url) {
            HikariDataSource pool = plainPool(url);
            return new Opened(pool, pool);
        }
    },

    /** The plain driver: every connection is a new one, so nothing is left over from the one before. */
    PLAIN_DRIVER {
        @Override
        Opened open(String url) {
            return new Opened(driver(url));
        }
    },

    /** The library with nothing but the URL. */
    SKY_SESSION {
        @Override
        Opened open(String url) {
            DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(url)
                    .maximumPoolSize(CONNECTIONS)
                    .build();
            return new Opened(sessions.dataSource(), sessions);
        }
    },

    /** The library over a HikariCP that the application has already. */
    SKY_SESSION_OVER_HIKARI {
        @Override
        Opened open(String url) {
            HikariDataSource pool = plainPool(quiet(url));
            DatabaseSessionFactory sessions = DatabaseSessionFactory.wrap(pool);
            return new Opened(sessions.dataSource(), sessions, pool);
        }
    },

    /** The library over Apache Commons DBCP. */
    SKY_SESSION_OVER_DBCP {
        @Override
        Opened open(String url) {
            BasicDataSource pool = new BasicDataSource();
            pool.setUrl(quiet(url));
            pool.setMaxTotal(CONNECTIONS);
            // Or it hides the driver's connection, which the library has to reach.
            pool.setAccessToUnderlyingConnectionAllowed(true);
            DatabaseSessionFactory sessions = DatabaseSessionFactory.wrap(pool);
            return new Opened(sessions.dataSource(), sessions, pool);
        }
    },

    /** The library over the driver alone: every connection is a new one. */
    SKY_SESSION_OVER_DRIVER {
        @Override
        Opened open(String url) {
            DatabaseSessionFactory sessions = DatabaseSessionFactory.wrap(driver(quiet(url)));
            return new Opened(sessions.dataSource(), sessions);
        }
    };

    /** Enough for transactions that nest. */
    private static final int CONNECTIONS = 4;

    /** An open pool, and what has to be closed after it, in this order. */
    record Opened(DataSource dataSource, AutoCloseable... owners) implements AutoCloseable {
        @Override
        public void close() throws Exception {
            for (AutoCloseable owner : owners) {
                owner.close();
            }
        }
    }

    /** @param url the JDBC URL of the database or of a pooler */
    abstract Opened open(String url) throws SQLException;

    /**
     * What an existing pool has to say by itself behind a pooler: otherwise the driver sends SET application_name whenever it
     * connects, before the library sees the connection.
     */
    private static String quiet(String url) {
        return url + "&assumeMinServerVersion=12";
    }

    private static HikariDataSource plainPool(String url) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(driver(url));
        config.setMaximumPoolSize(CONNECTIONS);
        return new HikariDataSource(config);
    }

    private static PGSimpleDataSource driver(String url) {
        PGSimpleDataSource driver = new PGSimpleDataSource();
        driver.setURL(url);
        return driver;
    }
}
