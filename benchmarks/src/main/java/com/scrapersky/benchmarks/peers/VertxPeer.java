package com.scrapersky.benchmarks.peers;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowStream;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/** Vert.x' client, which speaks the protocol itself and waits in no thread; its callers here do. */
public final class VertxPeer implements Peer {

    private final Vertx vertx = Vertx.vertx();
    private final Pool pool;

    /** @param named whether statements may stay at a backend under a name */
    public VertxPeer(String host, int port, String user, String password, String database, int size, boolean named) {
        PgConnectOptions options = new PgConnectOptions()
                .setHost(host)
                .setPort(port)
                .setUser(user)
                .setPassword(password)
                .setDatabase(database)
                .setCachePreparedStatements(named)
                .setUseLayer7Proxy(!named);
        this.pool = PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(size))
                .connectingTo(options)
                .using(vertx)
                .build();
    }

    private static String text(String jdbc) {
        return jdbc.replaceFirst("\\?", "\\$1").replaceFirst("\\?", "\\$2");
    }

    private static final String ONE = text(Texts.ONE);
    private static final String PAGE_OF_ROWS = text(Texts.PAGE_OF_ROWS);
    private static final String INSERT = text(Texts.INSERT);
    private static final String INSERT_ONLY = text(Texts.INSERT_ONLY);
    private static final String UPDATE = text(Texts.UPDATE);
    private static final String CONTEXT = text(Texts.CONTEXT);

    private static <T> T await(Future<T> future) throws ExecutionException, InterruptedException {
        return future.toCompletionStage().toCompletableFuture().get();
    }

    private static Profile profile(Row row) {
        return new Profile(
                row.getInteger(0),
                row.getUUID(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getBoolean(5),
                row.getInteger(6),
                row.getOffsetDateTime(7));
    }

    private static Future<Profile> one(SqlClient client, int id) {
        return client.preparedQuery(ONE)
                .execute(Tuple.of(id))
                .map(rows -> profile(rows.iterator().next()));
    }

    private static Future<Long> insert(SqlClient client, int profile, String body) {
        return client.preparedQuery(INSERT)
                .execute(Tuple.of(profile, body))
                .map(rows -> rows.iterator().next().getLong(0));
    }

    @Override
    public Profile oneRow(int id) throws Exception {
        return await(one(pool, id));
    }

    @Override
    public List<Profile> page(int after) throws Exception {
        return await(pool.preparedQuery(PAGE_OF_ROWS).execute(Tuple.of(after)).map(rows -> {
            List<Profile> page = new ArrayList<>();
            rows.forEach(row -> page.add(profile(row)));
            return page;
        }));
    }

    @Override
    public long insertReturning(int profile, String body) throws Exception {
        return await(insert(pool, profile, body));
    }

    @Override
    public Profile contextSelect(int id) throws Exception {
        return await(pool.withTransaction(connection -> connection
                .preparedQuery(CONTEXT)
                .execute(Tuple.of(Texts.ROLE, Texts.CLAIMS))
                .compose(done -> one(connection, id))));
    }

    @Override
    public int transaction(int id) throws Exception {
        return await(pool.withTransaction(connection -> one(connection, id)
                .compose(first -> one(connection, id + 1))
                .compose(second -> one(connection, id + 2))
                .compose(third -> connection
                        .preparedQuery(UPDATE)
                        .execute(Tuple.of(id))
                        .compose(updated -> insert(connection, id, "transaction"))
                        .map(inserted -> third.score()))));
    }

    @Override
    public int batch(List<String> bodies) throws Exception {
        List<Tuple> sets = new ArrayList<>(bodies.size());
        for (String body : bodies) {
            sets.add(Tuple.of(sets.size() + 1, body));
        }
        await(pool.withTransaction(
                connection -> connection.preparedQuery(INSERT_ONLY).executeBatch(sets)));
        return sets.size();
    }

    @Override
    public long stream() throws Exception {
        AtomicLong sum = new AtomicLong();
        await(pool.withTransaction(connection -> connection.prepare(Texts.MANY).compose(prepared -> {
            RowStream<Row> rows = prepared.createStream(Texts.FETCH);
            return Future.<Void>future(done -> {
                rows.exceptionHandler(done::fail);
                rows.endHandler(end -> done.complete());
                rows.handler(row ->
                        sum.addAndGet(row.getInteger(0) + row.getString(1).length()));
            });
        })));
        return sum.get();
    }

    @Override
    public String threads() {
        return "vert.x-eventloop";
    }

    @Override
    public void close() {
        pool.close().toCompletionStage().toCompletableFuture().join();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
