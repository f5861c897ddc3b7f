package com.scrapersky.benchmarks.sidebyside;

import com.scrapersky.benchmarks.peers.HandWritten;
import com.scrapersky.benchmarks.peers.HibernatePeer;
import com.scrapersky.benchmarks.peers.JdbiPeer;
import com.scrapersky.benchmarks.peers.Ours;
import com.scrapersky.benchmarks.peers.Peer;
import com.scrapersky.benchmarks.peers.SpringPeer;
import com.scrapersky.benchmarks.peers.Texts;
import com.scrapersky.benchmarks.peers.VertxPeer;
import com.scrapersky.session.DatabaseSessionFactory;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Opens the peers on a route: each gets what its users would give it there, the standard advice for the pooler included. */
final class Peers {

    /** The one that the others are compared with. */
    static final String BY_HAND = "by-hand";

    /** The same with the driver's own threshold, as nobody who follows the standard advice has it: where the pooler carries names. */
    static final String BY_HAND_NAMED = "by-hand-named";

    static final List<String> NAMES =
            List.of(BY_HAND, BY_HAND_NAMED, "spring", "jdbi", "jooq", "hibernate", "vertx", "sky-datasource", "sky");

    private static final String JOOQ = "com.scrapersky.benchmarks.peers.JooqPeer";

    private Peers() {}

    /** Whether it can be had here: jOOQ needs JDK 21. */
    static boolean isHere(String name) {
        if (!name.equals("jooq")) {
            return true;
        }
        try {
            Class.forName(JOOQ);
            return true;
        } catch (ClassNotFoundException | UnsupportedClassVersionError old) {
            return false;
        }
    }

    /** Whether it goes that way; directly the code by hand names its statements anyway, and other poolers lose the names. */
    static boolean takes(String name, String route) {
        return !name.equals(BY_HAND_NAMED) || route.equals("pgbouncer-1.26");
    }

    static Map<String, Peer> open(List<String> names, Route route, int size) {
        Map<String, Peer> peers = new LinkedHashMap<>();
        for (String name : names) {
            if (isHere(name) && takes(name, route.name())) {
                peers.put(name, open(name, route, size));
            }
        }
        return peers;
    }

    private static Peer open(String name, Route route, int size) {
        return switch (name) {
            case BY_HAND -> {
                HikariDataSource pool = pool(route, size);
                yield new HandWritten(pool, pool);
            }
            case BY_HAND_NAMED -> {
                HikariDataSource pool = pool(route, size, true);
                yield new HandWritten(pool, pool);
            }
            case "spring" -> new SpringPeer(pool(route, size));
            case "jdbi" -> new JdbiPeer(pool(route, size));
            case "jooq" -> jooq(pool(route, size));
            case "hibernate" -> new HibernatePeer(pool(route, size));
            case "vertx" ->
                new VertxPeer(
                        route.host(),
                        route.port(),
                        route.user(),
                        route.password(),
                        route.database(),
                        size,
                        !route.isPooled());
            case "sky-datasource" -> {
                DatabaseSessionFactory factory = factory(route, size);
                yield new HandWritten(factory.dataSource(), factory);
            }
            case "sky" -> new Ours(factory(route, size));
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static Peer jooq(HikariDataSource pool) {
        try {
            return Class.forName(JOOQ)
                    .asSubclass(Peer.class)
                    .getConstructor(HikariDataSource.class)
                    .newInstance(pool);
        } catch (ReflectiveOperationException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static HikariDataSource pool(Route route, int size) {
        return pool(route, size, !route.isPooled());
    }

    private static HikariDataSource pool(Route route, int size, boolean named) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://" + route.host() + ":" + route.port() + "/" + route.database());
        config.setUsername(route.user());
        config.setPassword(route.password());
        config.setMaximumPoolSize(size);
        if (!named) {
            config.addDataSourceProperty("prepareThreshold", "0");
        }
        return new HikariDataSource(config);
    }

    private static DatabaseSessionFactory factory(Route route, int size) {
        return DatabaseSessionFactory.builder(
                        "postgresql://" + route.host() + ":" + route.port() + "/" + route.database())
                .user(route.user())
                .password(route.password())
                .maximumPoolSize(size)
                .roles(Texts.ROLE)
                .build();
    }
}
