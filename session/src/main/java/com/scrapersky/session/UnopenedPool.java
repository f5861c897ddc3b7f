package com.scrapersky.session;

import com.scrapersky.session.PoolerProfile.Mode;
import com.scrapersky.session.PoolerProfile.Origin;
import com.scrapersky.session.PoolerProfile.Parameter;
import com.scrapersky.session.PoolerProfile.Pooler;
import com.scrapersky.session.PoolerProfile.StatementMode;
import com.scrapersky.session.internal.pooler.Destination;
import com.scrapersky.session.internal.pooler.PoolerDetection;
import com.scrapersky.session.internal.pooler.PoolerDetection.Connector;
import com.scrapersky.session.internal.pooler.PoolerDetection.Finding;
import com.scrapersky.session.internal.pooler.StatementProbe;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * A HikariDataSource that has opened nothing yet, so that what a pooler needs can still be said to its driver: what a pool
 * sends by itself, before anybody borrows, would otherwise be named, and be refused by PgBouncer where the URL has {@code
 * currentSchema}.
 */
final class UnopenedPool {

    private static final String PREFIX = "jdbc:postgresql:";
    private static final String THRESHOLD = "prepareThreshold";
    private static final String SERVER_VERSION = "assumeMinServerVersion";
    private static final String UNNAMED =
            "told to the pool before it opened: no statement stays at a backend under a name";
    private static final String NAMED_LATER =
            "told to the pool before it opened: each connection begins without names; when it is first given back, this library asks it"
                    + " whether the pooler carries names, and if so sets "
                    + PoolAssembly.NAMED_AFTER
                    + " on it, so that a statement used that often is named";
    private static final String QUIET_LOGIN =
            "told to the pool before it opened: the application name travels in the startup packet";

    private final HikariDataSource pool;
    private final String url;

    /** What the driver is told, by the URL, the pool's properties and its login; holds the password. */
    private final Properties told;

    private final SessionStart start;

    private UnopenedPool(HikariDataSource pool, String url, Properties told) {
        this.pool = pool;
        this.url = url;
        this.told = told;
        this.start = SessionStart.of(WrappedPool.parameters(told));
    }

    /** The pool, where it is one that can be told; null for any other. */
    static @Nullable UnopenedPool of(DataSource pool) {
        if (!(pool instanceof HikariDataSource hikari) || hikari.isRunning() || hikari.isClosed()) {
            return null;
        }
        String url = hikari.getJdbcUrl();
        if (url == null
                || !url.startsWith(PREFIX)
                || hikari.getDataSource() != null
                || hikari.getDataSourceClassName() != null) {
            return null;
        }
        Properties given = new Properties();
        given.putAll(hikari.getDataSourceProperties());
        if (hikari.getUsername() != null) {
            given.setProperty("user", hikari.getUsername());
        }
        if (hikari.getPassword() != null) {
            given.setProperty("password", hikari.getPassword());
        }
        Properties told = Driver.parseURL(url, given);
        return told == null ? null : new UnopenedPool(hikari, url, told);
    }

    /** What is in front of the database, and whether it carries named statements; looks from connections of its own. */
    PoolerProfile detect() throws SQLException {
        Connector connector = connector();
        Destination destination = destination();
        Finding finding = PoolerDetection.detect(connector, destination, true);
        PoolerProfile found = PoolerProfile.of(finding.pooler(), finding.mode(), finding.evidence());
        if (told.getProperty(THRESHOLD) != null || !finding.mayCarryStatements()) {
            return found;
        }
        return found.with(StatementProbe.ask(connector, destination));
    }

    private Connector connector() {
        Properties cautious = new Properties();
        for (String name : told.stringPropertyNames()) {
            cautious.setProperty(name, told.getProperty(name));
        }
        cautious.setProperty(THRESHOLD, "0");
        cautious.setProperty(SERVER_VERSION, "12");
        sessionParameters().forEach(cautious::remove);
        otherOptions().forEach(cautious::setProperty);
        String seconds = Long.toString(Math.max(1, pool.getConnectionTimeout() / 1000));
        for (String limit : List.of("socketTimeout", "loginTimeout")) {
            if (cautious.getProperty(limit) == null) {
                cautious.setProperty(limit, seconds);
            }
        }
        // Without the parameters of the URL, which would win.
        String address = address();
        Driver driver = new Driver();
        return () -> {
            Connection connection = driver.connect(address, cautious);
            if (connection == null) {
                throw new SQLException("pgjdbc does not know the URL of the pool");
            }
            return connection;
        };
    }

    Destination destination() {
        return ConnectionSource.destination(told, told.getProperty("user", System.getProperty("user.name")));
    }

    /**
     * Says to the pool what {@code profile} needs, and takes from it what would be refused, or set for everybody.
     *
     * @return what was said
     */
    List<Parameter> prepare(PoolerProfile profile) {
        List<Parameter> said = new ArrayList<>();
        if (profile.mode() == Mode.TRANSACTION) {
            say(THRESHOLD, "0", profile.statementMode() == StatementMode.NAMED ? NAMED_LATER : UNNAMED, said);
            say(SERVER_VERSION, "12", QUIET_LOGIN, said);
            Set<String> kept = sessionParameters();
            if (!kept.isEmpty()) {
                pool.setJdbcUrl(without(kept));
                kept.forEach(name -> pool.getDataSourceProperties().remove(name));
                otherOptions().forEach(pool::addDataSourceProperty);
                said.addAll(start.parameters());
            }
            if (pool.getExceptionOverride() == null && pool.getExceptionOverrideClassName() == null) {
                pool.setExceptionOverride(new KeptOnUnsupportedFeature());
            }
        } else if (profile.pooler() != Pooler.NONE) {
            say(SERVER_VERSION, "12", QUIET_LOGIN, said);
        }
        return said;
    }

    private void say(String name, String value, String reason, List<Parameter> said) {
        if (told.getProperty(name) == null) {
            pool.addDataSourceProperty(name, value);
            said.add(new Parameter(name, value, reason, Origin.AUTOMATIC));
        }
    }

    SessionStart start() {
        return start;
    }

    /** The URL with the login, where it is one that {@link DatabaseUrl} reads as well: it knows what stands beside it. */
    @Nullable
    DatabaseUrl databaseUrl() {
        try {
            DatabaseUrl read = DatabaseUrl.parse(without(sessionParameters()));
            String user = told.getProperty("user");
            String password = told.getProperty("password");
            read = user == null ? read : read.withUser(user);
            return password == null ? read : read.withPassword(password);
        } catch (InvalidDatabaseUrlException onlyForTheDriver) {
            return null;
        }
    }

    /** What the driver would set for the session of a backend that belongs to everybody. */
    private Set<String> sessionParameters() {
        Set<String> names = new TreeSet<>();
        start.parameters().forEach(parameter -> names.add(parameter.name()));
        return names;
    }

    /** What is left of {@code options} for whoever reads them at login, such as Supavisor's {@code reference}. */
    private Map<String, String> otherOptions() {
        Parameter options = start.sent(WrappedPool.parameters(told)).get("options");
        return options == null ? Map.of() : Map.of("options", options.value());
    }

    private String address() {
        int question = url.indexOf('?');
        return question < 0 ? url : url.substring(0, question);
    }

    private String without(Set<String> names) {
        int question = url.indexOf('?');
        if (question < 0) {
            return url;
        }
        StringBuilder kept = new StringBuilder(address());
        char separator = '?';
        for (String parameter : url.substring(question + 1).split("&", -1)) {
            int equals = parameter.indexOf('=');
            if (!names.contains(equals < 0 ? parameter : parameter.substring(0, equals))) {
                kept.append(separator).append(parameter);
                separator = '&';
            }
        }
        return kept.toString();
    }
}
