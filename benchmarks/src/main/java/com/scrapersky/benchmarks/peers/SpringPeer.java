package com.scrapersky.benchmarks.peers;

import com.zaxxer.hikari.HikariDataSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Spring's JdbcClient, with JdbcTemplate where it has no way: batches. */
public final class SpringPeer implements Peer {

    private final HikariDataSource pool;
    private final JdbcClient client;
    private final JdbcTemplate template;
    private final JdbcClient streaming;
    private final TransactionTemplate transactions;

    public SpringPeer(HikariDataSource pool) {
        this.pool = pool;
        this.client = JdbcClient.create(pool);
        this.template = new JdbcTemplate(pool);
        JdbcTemplate paged = new JdbcTemplate(pool);
        paged.setFetchSize(Texts.FETCH);
        this.streaming = JdbcClient.create(paged);
        this.transactions = new TransactionTemplate(new DataSourceTransactionManager(pool));
    }

    @Override
    public Profile oneRow(int id) {
        return client.sql(Texts.ONE).param(id).query(Profile.class).single();
    }

    @Override
    public List<Profile> page(int after) {
        return client.sql(Texts.PAGE_OF_ROWS).param(after).query(Profile.class).list();
    }

    @Override
    public long insertReturning(int profile, String body) {
        return client.sql(Texts.INSERT)
                .param(profile)
                .param(body)
                .query(Long.class)
                .single();
    }

    @Override
    public Profile contextSelect(int id) {
        return transactions.execute(status -> {
            client.sql(Texts.CONTEXT)
                    .param(Texts.ROLE)
                    .param(Texts.CLAIMS)
                    .query()
                    .listOfRows();
            return oneRow(id);
        });
    }

    @Override
    public int transaction(int id) {
        return transactions.execute(status -> {
            int sum = 0;
            for (int i = 0; i < 3; i++) {
                sum += oneRow(id + i).score();
            }
            sum += client.sql(Texts.UPDATE).param(id).update();
            insertReturning(id, "transaction");
            return sum;
        });
    }

    @Override
    public int batch(List<String> bodies) {
        List<Object[]> sets = new ArrayList<>(bodies.size());
        int profile = 0;
        for (String body : bodies) {
            sets.add(new Object[] {++profile, body});
        }
        return transactions.execute(status -> template.batchUpdate(Texts.INSERT_ONLY, sets).length);
    }

    @Override
    public long stream() {
        return transactions.execute(status -> {
            try (Stream<Integer> numbers =
                    streaming
                            .sql(Texts.MANY)
                            .query((row, index) ->
                                    row.getInt(1) + row.getString(2).length())
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
