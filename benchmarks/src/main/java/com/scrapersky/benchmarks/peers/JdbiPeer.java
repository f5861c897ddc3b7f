package com.scrapersky.benchmarks.peers;

import com.zaxxer.hikari.HikariDataSource;
import java.util.List;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Jdbi, with its constructor mapper. */
public final class JdbiPeer implements Peer {

    private final HikariDataSource pool;
    private final Jdbi jdbi;

    public JdbiPeer(HikariDataSource pool) {
        this.pool = pool;
        this.jdbi = Jdbi.create(pool).registerRowMapper(ConstructorMapper.factory(Profile.class));
    }

    private static Profile oneRow(Handle handle, int id) {
        return handle.createQuery(Texts.ONE).bind(0, id).mapTo(Profile.class).one();
    }

    private static long insert(Handle handle, int profile, String body) {
        return handle.createQuery(Texts.INSERT)
                .bind(0, profile)
                .bind(1, body)
                .mapTo(Long.class)
                .one();
    }

    @Override
    public Profile oneRow(int id) {
        return jdbi.withHandle(handle -> oneRow(handle, id));
    }

    @Override
    public List<Profile> page(int after) {
        return jdbi.withHandle(handle -> handle.createQuery(Texts.PAGE_OF_ROWS)
                .bind(0, after)
                .mapTo(Profile.class)
                .list());
    }

    @Override
    public long insertReturning(int profile, String body) {
        return jdbi.withHandle(handle -> insert(handle, profile, body));
    }

    @Override
    public Profile contextSelect(int id) {
        return jdbi.inTransaction(handle -> {
            handle.createQuery(Texts.CONTEXT)
                    .bind(0, Texts.ROLE)
                    .bind(1, Texts.CLAIMS)
                    .mapTo(String.class)
                    .list();
            return oneRow(handle, id);
        });
    }

    @Override
    public int transaction(int id) {
        return jdbi.inTransaction(handle -> {
            int sum = 0;
            for (int i = 0; i < 3; i++) {
                sum += oneRow(handle, id + i).score();
            }
            sum += handle.createUpdate(Texts.UPDATE).bind(0, id).execute();
            insert(handle, id, "transaction");
            return sum;
        });
    }

    @Override
    public int batch(List<String> bodies) {
        return jdbi.inTransaction(handle -> {
            try (PreparedBatch batch = handle.prepareBatch(Texts.INSERT_ONLY)) {
                int profile = 0;
                for (String body : bodies) {
                    batch.bind(0, ++profile).bind(1, body).add();
                }
                return batch.execute().length;
            }
        });
    }

    @Override
    public long stream() {
        return jdbi.inTransaction(handle -> {
            try (Stream<Integer> numbers = handle
                    .createQuery(Texts.MANY)
                    .setFetchSize(Texts.FETCH)
                    .map((row, context) -> row.getInt(1) + row.getString(2).length())
                    .stream()) {
                return numbers.mapToLong(Integer::longValue).sum();
            }
        });
    }

    @Override
    public void close() {
        pool.close();
    }
}
