package com.scrapersky.benchmarks.peers;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Pipeline;
import com.scrapersky.session.Result;
import com.scrapersky.session.Row;
import com.scrapersky.session.SessionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Sky Session's own way. */
public final class Ours implements Peer {

    private static final String ONE = Texts.ONE.replace("?", ":id");
    private static final String PAGE_OF_ROWS = Texts.PAGE_OF_ROWS.replace("?", ":after");
    private static final String INSERT = Texts.INSERT.replace("(?, ?)", "(:profile, :body)");
    private static final String INSERT_ONLY = Texts.INSERT_ONLY.replace("(?, ?)", "(:profile, :body)");
    private static final String UPDATE = Texts.UPDATE.replace("?", ":id");
    private final DatabaseSessionFactory sessions;

    public Ours(DatabaseSessionFactory sessions) {
        this.sessions = sessions;
    }

    @Override
    public Profile oneRow(int id) {
        return sessions.sql(ONE).param("id", id).single(Profile.class);
    }

    @Override
    public List<Profile> page(int after) {
        return new ArrayList<>(sessions.sql(PAGE_OF_ROWS).param("after", after).list(Profile.class));
    }

    @Override
    public long insertReturning(int profile, String body) {
        return sessions.sql(INSERT)
                .param("profile", profile)
                .param("body", body)
                .single(Long.class);
    }

    /** The context is made for each operation, as a web layer makes it for each request. */
    @Override
    public Profile contextSelect(int id) {
        SessionContext context =
                SessionContext.builder().role(Texts.ROLE).claims(Texts.CLAIMS).build();
        return sessions.withContext(context).sql(ONE).param("id", id).single(Profile.class);
    }

    @Override
    public int transaction(int id) {
        Pipeline pipeline = sessions.pipeline();
        Result<Profile> first = score(pipeline, id);
        Result<Profile> second = score(pipeline, id + 1);
        Result<Profile> third = score(pipeline, id + 2);
        Result<Integer> updated = pipeline.sql(UPDATE).param("id", id).update();
        pipeline.sql(INSERT).param("profile", id).param("body", "transaction").single(Long.class);
        pipeline.execute();
        return first.get().score() + second.get().score() + third.get().score() + updated.get();
    }

    private static Result<Profile> score(Pipeline pipeline, int id) {
        return pipeline.sql(ONE).param("id", id).single(Profile.class);
    }

    @Override
    public int batch(List<String> bodies) {
        List<Map<String, Object>> sets = new ArrayList<>(bodies.size());
        int profile = 0;
        for (String body : bodies) {
            sets.add(Map.of("profile", ++profile, "body", body));
        }
        return sessions.sql(INSERT_ONLY).batch(sets).length;
    }

    @Override
    public long stream() {
        try (Stream<Row> rows = sessions.sql(Texts.MANY).pageSize(Texts.FETCH).stream()) {
            return rows.mapToLong(row -> row.getInt("n")
                            + String.valueOf(row.getString("text")).length())
                    .sum();
        }
    }

    @Override
    public void close() {
        sessions.close();
    }
}
