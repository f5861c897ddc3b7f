package com.scrapersky.benchmarks.peers;

import com.zaxxer.hikari.HikariDataSource;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.BatchBindStep;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** jOOQ, by plain SQL. Compiled where there is a JDK 21. */
public final class JooqPeer implements Peer {

    private final HikariDataSource pool;
    private final DSLContext jooq;

    public JooqPeer(HikariDataSource pool) {
        this.pool = pool;
        this.jooq = DSL.using(pool, SQLDialect.POSTGRES);
    }

    private static Profile one(DSLContext context, int id) {
        return context.fetchSingle(Texts.ONE, id).into(Profile.class);
    }

    private static long insert(DSLContext context, int profile, String body) {
        return context.fetchSingle(Texts.INSERT, profile, body).get(0, Long.class);
    }

    @Override
    public Profile oneRow(int id) {
        return one(jooq, id);
    }

    @Override
    public List<Profile> page(int after) {
        return jooq.fetch(Texts.PAGE_OF_ROWS, after).into(Profile.class);
    }

    @Override
    public long insertReturning(int profile, String body) {
        return insert(jooq, profile, body);
    }

    @Override
    public Profile contextSelect(int id) {
        return jooq.transactionResult(transaction -> {
            transaction.dsl().fetch(Texts.CONTEXT, Texts.ROLE, Texts.CLAIMS);
            return one(transaction.dsl(), id);
        });
    }

    @Override
    public int transaction(int id) {
        return jooq.transactionResult(transaction -> {
            int sum = 0;
            for (int i = 0; i < 3; i++) {
                sum += one(transaction.dsl(), id + i).score();
            }
            sum += transaction.dsl().execute(Texts.UPDATE, id);
            insert(transaction.dsl(), id, "transaction");
            return sum;
        });
    }

    @Override
    public int batch(List<String> bodies) {
        return jooq.transactionResult(transaction -> {
            BatchBindStep batch = transaction.dsl().batch(Texts.INSERT_ONLY);
            int profile = 0;
            for (String body : bodies) {
                batch = batch.bind(++profile, body);
            }
            return batch.execute().length;
        });
    }

    @Override
    public long stream() {
        return jooq.transactionResult(transaction -> {
            try (Stream<Record> rows = transaction
                    .dsl()
                    .resultQuery(Texts.MANY)
                    .fetchSize(Texts.FETCH)
                    .fetchStream()) {
                return rows.mapToLong(row -> row.get(0, Integer.class)
                                + row.get(1, String.class).length())
                        .sum();
            }
        });
    }

    @Override
    public void close() {
        pool.close();
    }
}
