package com.scrapersky.session.random;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.PoolerProfile.StatementMode;
import com.scrapersky.session.testkit.PoolerLab;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The connections of all clients through one pooler. */
record Pool(DataSource dataSource, Runnable end) implements AutoCloseable {

    /** How a pool is opened. */
    enum Kind {
        /**
         * What Sky Session gives to whatever takes a DataSource; its statements without names unless asked for, as on the direct
         * side: the driver commits a batch with generated keys row by row where it names the statement.
         */
        GUARDED {
            @Override
            Pool open(PoolerLab pooler) {
                DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(pooler.url())
                        .maximumPoolSize(PoolerKind.CLIENTS)
                        .statementMode(Options.named() ? StatementMode.AUTO : StatementMode.UNNAMED)
                        .build();
                return new Pool(sessions.dataSource(), sessions::close);
            }
        },
        /** The same over a pool that was there before. */
        WRAPPED {
            @Override
            Pool open(PoolerLab pooler) {
                Pool plain = PLAIN.open(pooler);
                DatabaseSessionFactory sessions = DatabaseSessionFactory.wrap(plain.dataSource());
                return new Pool(sessions.dataSource(), () -> {
                    sessions.close();
                    plain.close();
                });
            }
        },
        /** HikariCP and pgjdbc with the usual advice for transaction-mode poolers: no named statements. */
        PLAIN {
            @Override
            Pool open(PoolerLab pooler) {
                HikariConfig config = new HikariConfig();
                config.setJdbcUrl(pooler.jdbcUrl());
                DirectSide.PROPERTIES.forEach(config::addDataSourceProperty);
                config.setMaximumPoolSize(PoolerKind.CLIENTS);
                config.setMinimumIdle(0);
                // A connection without a pool outlives every error (HikariCP throws one away after 0A000).
                config.setExceptionOverride(new SQLExceptionOverride() {
                    @java.lang.Override
                    public Override adjudicate(SQLException error) {
                        return Override.DO_NOT_EVICT;
                    }
                });
                HikariDataSource pool = new HikariDataSource(config);
                return new Pool(pool, pool::close);
            }
        };

        abstract Pool open(PoolerLab pooler);
    }

    @Override
    public void close() {
        end.run();
    }
}
