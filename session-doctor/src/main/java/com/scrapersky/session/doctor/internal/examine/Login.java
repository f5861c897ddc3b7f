package com.scrapersky.session.doctor.internal.examine;

import com.scrapersky.session.DatabaseUrl;
import com.scrapersky.session.doctor.internal.report.Finding;
import com.scrapersky.session.doctor.internal.report.FindingKind;
import com.scrapersky.session.doctor.internal.report.Report;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.postgresql.Driver;

/**
 * One login, with what is safe everywhere: unnamed statements, the application name in the startup packet. The password is
 * given to one server once; the driver is given one host and no second sslmode to try it on.
 */
final class Login {

    /** How long an answer may take. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Set<String> ADDRESS = Set.of("PGDBNAME", "PGHOST", "PGPORT", "sslmode");

    private static final Set<String> REFUSED_BY_POOLERS = Set.of("currentSchema", "options");

    private Login() {}

    /**
     * Logs in as the URL says; where a pooler refuses a parameter of it, which happens before any password is asked for, that is
     * told and left out.
     */
    static Connection open(Target target, Reached reached, String sslmode, Report report) throws SQLException {
        try {
            return open(target, reached, sslmode, Set.of(), "");
        } catch (SQLException error) {
            Finding finding = Failure.of(error, false).finding();
            if (finding.kind() != FindingKind.STARTUP_PARAMETER_REFUSED) {
                throw error;
            }
            report.add(finding);
            return open(target, reached, sslmode, REFUSED_BY_POOLERS, "");
        }
    }

    /** The same login to a database of the pooler's own, which understands the simple protocol alone. */
    static Connection openAdminDatabase(Target target, Reached reached, String sslmode, String database)
            throws SQLException {
        return open(target, reached, sslmode, REFUSED_BY_POOLERS, database);
    }

    /** @param adminDatabase the pooler's own; empty for the URL's database */
    private static Connection open(
            Target target, Reached reached, String sslmode, Set<String> leftOut, String adminDatabase)
            throws SQLException {
        Properties properties = new Properties();
        for (Map.Entry<String, String> property : target.driverProperties().entrySet()) {
            if (!ADDRESS.contains(property.getKey()) && !leftOut.contains(property.getKey())) {
                properties.setProperty(property.getKey(), property.getValue());
            }
        }
        properties.setProperty("user", target.user());
        properties.setProperty("sslmode", sslmode);
        properties.setProperty("prepareThreshold", "0");
        properties.setProperty("assumeMinServerVersion", "12");
        properties.setProperty("ApplicationName", "sky-doctor");
        properties.setProperty("gssEncMode", "disable");
        properties.setProperty("targetServerType", "any");
        properties.setProperty("connectTimeout", Long.toString(PATIENCE.toSeconds()));
        properties.setProperty("socketTimeout", Long.toString(PATIENCE.toSeconds()));
        properties.setProperty("socketFactory", CountingSocketFactory.class.getName());
        if (sslmode.equals("disable")) {
            properties.setProperty("requireAuth", "!password");
        }
        DatabaseUrl url =
                target.url().withHost(reached.host().name(), reached.host().port());
        if (!adminDatabase.isEmpty()) {
            properties.setProperty("preferQueryMode", "simple");
            url = url.withDatabase(adminDatabase);
        }
        Connection connection = new Driver().connect(url.jdbcUrl(), properties);
        if (connection == null) {
            throw new SQLException("the driver does not take the URL");
        }
        return connection;
    }
}
