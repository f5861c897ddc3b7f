package com.scrapersky.benchmarks.peers;

import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Row;
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
    private static final String CONTEXT =
            "select set_config('role', :role, true), set_config('request.jwt.claims', :claims, true) as claims";

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

    @Override
    public Profile contextSelect(int id) {
        return sessions.read(session -> {
            session.sql(CONTEXT)
                    .param("role", Texts.ROLE)
                    .param("claims", Texts.CLAIMS)
                    .row();
            return session.sql(ONE).param("id", id).single(Profile.class);
        });
    }

    @Override
    public int transaction(int id) {
        return sessions.write(session -> {
            int sum = 0;
            for (int i = 0; i < 3; i++) {
                sum += score(session, id + i);
            }
            sum += session.sql(UPDATE).param("id", id).update();
            session.sql(INSERT)
                    .param("profile", id)
                    .param("body", "transaction")
                    .single(Long.class);
            return sum;
        });
    }

    private static int score(DatabaseSession session, int id) {
        return session.sql(ONE).param("id", id).single(Profile.class).score();
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
