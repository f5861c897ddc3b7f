package com.scrapersky.benchmarks.peers;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;

/** JDBC as one writes it by hand, over any pool. */
public final class HandWritten implements Peer {

    private final DataSource pool;
    private final AutoCloseable owner;

    public HandWritten(DataSource pool, AutoCloseable owner) {
        this.pool = pool;
        this.owner = owner;
    }

    @Override
    public Profile oneRow(int id) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return oneRow(connection, id);
        }
    }

    private static Profile oneRow(Connection connection, int id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(Texts.ONE)) {
            statement.setInt(1, id);
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    throw new SQLException("no row");
                }
                return profile(rows);
            }
        }
    }

    private static Profile profile(ResultSet row) throws SQLException {
        return new Profile(
                row.getInt(1),
                row.getObject(2, UUID.class),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getBoolean(6),
                row.getInt(7),
                row.getObject(8, OffsetDateTime.class));
    }

    @Override
    public List<Profile> page(int after) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(Texts.PAGE_OF_ROWS)) {
            statement.setInt(1, after);
            try (ResultSet rows = statement.executeQuery()) {
                List<Profile> page = new ArrayList<>();
                while (rows.next()) {
                    page.add(profile(rows));
                }
                return page;
            }
        }
    }

    @Override
    public long insertReturning(int profile, String body) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return insert(connection, profile, body);
        }
    }

    private static long insert(Connection connection, int profile, String body) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(Texts.INSERT)) {
            statement.setInt(1, profile);
            statement.setString(2, body);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    @Override
    public Profile contextSelect(int id) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(Texts.CONTEXT)) {
                statement.setString(1, Texts.ROLE);
                statement.setString(2, Texts.CLAIMS);
                statement.execute();
            }
            Profile profile = oneRow(connection, id);
            connection.commit();
            return profile;
        }
    }

    @Override
    public int transaction(int id) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            int sum = 0;
            for (int i = 0; i < 3; i++) {
                sum += oneRow(connection, id + i).score();
            }
            try (PreparedStatement statement = connection.prepareStatement(Texts.UPDATE)) {
                statement.setInt(1, id);
                sum += statement.executeUpdate();
            }
            insert(connection, id, "transaction");
            connection.commit();
            return sum;
        }
    }

    @Override
    public int batch(List<String> bodies) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(Texts.INSERT_ONLY)) {
                int profile = 0;
                for (String body : bodies) {
                    statement.setInt(1, ++profile);
                    statement.setString(2, body);
                    statement.addBatch();
                }
                int written = statement.executeBatch().length;
                connection.commit();
                return written;
            }
        }
    }

    @Override
    public long stream() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            long sum = 0;
            try (PreparedStatement statement = connection.prepareStatement(Texts.MANY)) {
                statement.setFetchSize(Texts.FETCH);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        sum += rows.getInt(1) + rows.getString(2).length();
                    }
                }
            }
            connection.commit();
            return sum;
        }
    }

    @Override
    public void close() {
        try {
            owner.close();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
