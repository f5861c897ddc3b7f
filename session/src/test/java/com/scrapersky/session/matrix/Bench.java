package com.scrapersky.session.matrix;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.functional.Route;
import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.Leak;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.OdysseyLab;
import com.scrapersky.session.testkit.SequenceCheck;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Runs rows behind one pooler, and looks what they left behind. Not thread-safe. */
final class Bench implements AutoCloseable {

    /**
     * What one run came to.
     *
     * @param refusal by which the program ended, or null
     * @param moves how many connections have moved, by the feature that needed it
     */
    record Run(List<String> seen, @Nullable Refusal refusal, Map<SessionFeature, Long> moves, int backendsMet) {}

    private final Route route;
    private final BackendChange change;
    private DatabaseSessionFactory plain;
    private DatabaseSessionFactory withSessions;
    private LeakProbe probe;

    Bench(Route route) {
        this.route = route;
        this.change = new BackendChange(Backends.of(route.pooler()), !(route.pooler() instanceof OdysseyLab));
        open();
    }

    Route route() {
        return route;
    }

    private void open() {
        plain = DatabaseSessionFactory.builder(route.endpoint().url())
                .maximumPoolSize(2)
                .build();
        withSessions = DatabaseSessionFactory.builder(route.endpoint().url())
                .maximumPoolSize(2)
                .sessionUrl(Route.postgres().url())
                .build();
        probe = LeakProbe.builder(change.backends())
                .customSettings(Fixture.CUSTOM_SETTINGS)
                // Who draws a number leaves it behind, whatever stands in between; the rows show that nobody meets it.
                .sequences(SequenceCheck.OFF)
                .before();
        change.replaced();
    }

    /** Straight to the server: what every other run is compared with. */
    static List<String> direct(MatrixRow row) throws Exception {
        Fixture.prepare(row);
        Opening opening = row.opening() == null ? Fixture.STANDARD : row.opening();
        Opening.Opened opened = opening.direct(Route.postgres());
        try (AutoCloseable closing = opened.closing();
                Player player = new Player(Stage.DIRECT, opened.dataSource())) {
            row.program().play(player);
            return player.seen();
        } finally {
            Fixture.awaitNoSessions();
        }
    }

    Run run(MatrixRow row, boolean sessionUrl) throws Exception {
        Fixture.prepare(row);
        if (row.opening() == null) {
            DatabaseSessionFactory sessions = sessionUrl ? withSessions : plain;
            return run(row, sessions.dataSource(), sessions);
        }
        Opening.Opened opened = row.opening().pooled(route.endpoint());
        try (AutoCloseable closing = opened.closing()) {
            return run(row, opened.dataSource(), opened.sessions());
        }
    }

    private Run run(MatrixRow row, DataSource dataSource, @Nullable DatabaseSessionFactory sessions) throws Exception {
        PooledStage stage = new PooledStage(change, sessions);
        Refusal refusal = null;
        List<String> seen;
        try (Player player = new Player(stage, dataSource)) {
            try {
                row.program().play(player);
            } catch (Refusal refused) {
                refusal = refused;
                player.useAfterRefusal();
            }
            seen = player.seen();
        }
        return new Run(seen, refusal, stage.moved(), stage.backendsMet());
    }

    /** What is left on a backend or at the server since this was last asked; after that nothing is. */
    List<String> left() throws SQLException {
        List<String> left = new ArrayList<>(Fixture.leftAtServer());
        Fixture.endPrepared();
        List<Leak> leaks = probe.leaks();
        if (!leaks.isEmpty()) {
            leaks.forEach(leak -> left.add(leak.toString()));
            renew();
        }
        return left;
    }

    /** Goes on with backends and connections that nobody has used. */
    private void renew() throws SQLException {
        closeSources();
        for (int pid : change.backends().pids()) {
            try (Connection connection = route.pooler().connect(Fixture.UNNAMED)) {
                for (String statement : List.of("reset session authorization", "discard all")) {
                    change.backends().on(pid, () -> Player.execute(connection, statement));
                }
            }
        }
        open();
    }

    private void closeSources() {
        probe.close();
        plain.close();
        withSessions.close();
    }

    @Override
    public void close() {
        closeSources();
        change.close();
    }
}
