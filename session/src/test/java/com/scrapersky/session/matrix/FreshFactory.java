package com.scrapersky.session.matrix;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.testkit.PostgresEndpoint;

/** A factory of the row's own, opened when what the row needs is there, with parameters of the URL's. */
record FreshFactory(String parameters) implements Opening {

    static final FreshFactory PLAIN = new FreshFactory("");

    @Override
    public Opened direct(PostgresEndpoint server) {
        return new Opened(Fixture.driver(with(server.jdbcUrl())), null, () -> {});
    }

    @Override
    public Opened pooled(PostgresEndpoint pooler) {
        DatabaseSessionFactory sessions = DatabaseSessionFactory.open(with(pooler.jdbcUrl()));
        return new Opened(sessions.dataSource(), sessions, sessions);
    }

    private String with(String url) {
        return parameters.isEmpty() ? url : url + (url.contains("?") ? '&' : '?') + parameters;
    }
}
