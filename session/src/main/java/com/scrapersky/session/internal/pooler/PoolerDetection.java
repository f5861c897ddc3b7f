package com.scrapersky.session.internal.pooler;

import com.scrapersky.session.PoolerProfile.Evidence;
import com.scrapersky.session.PoolerProfile.Mode;
import com.scrapersky.session.PoolerProfile.Pooler;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Finds out what stands in front of the database, by evidence only. Every query is a plain {@code select} with an unnamed
 * statement: it leaves nothing on any backend.
 */
public final class PoolerDetection {

    /** How long a second look may wait for a backend; a pool that is exhausted tells nothing. */
    private static final int SECOND_LOOK_MILLISECONDS = 1000;

    /** How often a connection is asked whether its backend is still the same. */
    private static final int LOOKS = 3;

    /** {@code odyssey:}, the client's id, the text. */
    private static final Pattern ODYSSEY_ERROR = Pattern.compile("\\x00Modyssey: c[0-9a-f]+: ");

    private final List<Evidence> evidence = new ArrayList<>();
    private Pooler pooler = Pooler.UNKNOWN;
    private @Nullable Mode mode;

    private PoolerDetection() {}

    /** What was found. */
    public record Finding(Pooler pooler, Mode mode, List<Evidence> evidence) {

        /**
         * Whether it is worth asking if named statements are carried. Supavisor carries them with a flag that is off by default,
         * up to 100 of a connection, and loses cursors of named ones: only for those who ask for it. Of RDS Proxy nothing is
         * known about them.
         */
        public boolean mayCarryStatements() {
            return mode == Mode.TRANSACTION && pooler != Pooler.SUPAVISOR && pooler != Pooler.RDS_PROXY;
        }
    }

    /** Opens a connection to look from. */
    @FunctionalInterface
    public interface Connector {
        Connection connect() throws SQLException;
    }

    /**
     * Looks from one connection, and from a second one where a pooler's mode is in question.
     *
     * @param destination where the connections go
     * @param secondLook whether another connection may be opened while the first is still open
     */
    public static Finding detect(Connector connector, Destination destination, boolean secondLook) throws SQLException {
        return new PoolerDetection().look(connector, destination, secondLook);
    }

    /** What the host's name alone says; nobody is asked. Empty where it says nothing. */
    public static Optional<Finding> byName(Destination destination) {
        PoolerDetection detection = new PoolerDetection();
        detection.readNames(destination);
        Mode mode = detection.mode;
        return mode == null ? Optional.empty() : Optional.of(new Finding(detection.pooler, mode, detection.evidence));
    }

    private Finding look(Connector connector, Destination destination, boolean secondLook) throws SQLException {
        try (Connection first = connector.connect()) {
            PGConnection driver = first.unwrap(PGConnection.class);
            boolean supavisor = "Supavisor".equals(driver.getParameterStatus("application_name"));
            int announced = driver.getBackendPID();
            int actual = backendPid(first);
            readNames(destination);
            if (announced == actual && !supavisor && pooler == Pooler.UNKNOWN) {
                evidence.add(new Evidence(
                        "the login announced backend " + announced + " and pg_backend_pid() says the same",
                        "nothing is in between that multiplexes",
                        destination.isLoopback()));
                return new Finding(Pooler.NONE, Mode.DIRECT, evidence);
            }
            if (announced != actual) {
                evidence.add(new Evidence(
                        "the login announced backend " + announced + " and pg_backend_pid() says " + actual,
                        "a pooler is in between",
                        true));
            }
            if (supavisor) {
                pooler = Pooler.SUPAVISOR;
                evidence.add(
                        new Evidence("the login reported application_name=Supavisor", "the pooler is Supavisor", true));
            } else if (pooler == Pooler.UNKNOWN) {
                askByStartupParameter(destination);
            }
            if (mode == null && secondLook) {
                compareBackends(connector, first, actual);
            }
            return new Finding(pooler, assumedMode(), evidence);
        }
    }

    /** Host names that cloud providers give to their poolers. */
    private void readNames(Destination destination) {
        String host = destination.host().toLowerCase(Locale.ROOT);
        if (host.endsWith(".pooler.supabase.com")) {
            pooler = Pooler.SUPAVISOR;
            mode = destination.port() == 5432 ? Mode.SESSION : Mode.TRANSACTION;
            evidence.add(new Evidence(
                    "the host is " + host + ", port " + destination.port(),
                    "Supabase's Supavisor, in " + (mode == Mode.SESSION ? "session" : "transaction")
                            + " mode by its port",
                    true));
        } else if (host.endsWith(".supabase.co") && destination.port() == 6543) {
            pooler = Pooler.PGBOUNCER;
            mode = Mode.TRANSACTION;
            evidence.add(new Evidence(
                    "the host is " + host + ", port 6543",
                    "Supabase's dedicated PgBouncer, always in transaction mode",
                    true));
        } else if (host.endsWith(".neon.tech") && host.contains("-pooler.")) {
            pooler = Pooler.NEON;
            mode = Mode.TRANSACTION;
            evidence.add(new Evidence("the host is " + host, "Neon's pooled destination, in transaction mode", true));
        } else if (host.contains(".proxy-") && host.endsWith(".rds.amazonaws.com")) {
            pooler = Pooler.RDS_PROXY;
            mode = Mode.TRANSACTION;
            evidence.add(new Evidence("the host is " + host, "an RDS Proxy", true));
        }
    }

    private void askByStartupParameter(Destination destination) {
        String refusal = StartupProbe.refusal(destination);
        if (refusal != null && refusal.contains("unsupported startup parameter")) {
            pooler = Pooler.PGBOUNCER;
            evidence.add(new Evidence(
                    "an unknown startup parameter was refused before any login, in PgBouncer's words",
                    "the pooler is PgBouncer",
                    true));
        } else if (refusal != null && ODYSSEY_ERROR.matcher(refusal).find()) {
            pooler = Pooler.ODYSSEY;
            evidence.add(new Evidence(
                    "an impossible startup parameter was refused before any login, in an error that Odyssey signs",
                    "the pooler is Odyssey",
                    true));
        } else if (destination.port() == 6432) {
            evidence.add(new Evidence("the port is 6432", "PgBouncer's and Odyssey's usual port", false));
        }
    }

    /** Only a pooler that gives backends to transactions gives one to two idle clients, or two to one client. */
    private void compareBackends(Connector connector, Connection first, int backendOfFirst) {
        try (Connection second = connector.connect()) {
            second.setNetworkTimeout(Runnable::run, SECOND_LOOK_MILLISECONDS);
            int backendOfSecond = backendPid(second);
            if (backendOfSecond == backendOfFirst) {
                transactionMode("a second connection was served by backend " + backendOfFirst
                        + " while the first was still open");
                return;
            }
            // A pooler that takes turns comes to another one within two; one that takes the latest gave that to the
            // second.
            for (int look = 0; look < LOOKS; look++) {
                int backendNow = backendPid(first);
                if (backendNow != backendOfFirst) {
                    transactionMode("one connection was served by backend " + backendOfFirst + ", then by backend "
                            + backendNow);
                    return;
                }
            }
            evidence.add(new Evidence(
                    "two connections kept backends of their own while both were used in turns",
                    "session mode, unless others used this pooler just then",
                    false));
        } catch (SQLException unanswered) {
            evidence.add(new Evidence(
                    "a second look got no answer within " + SECOND_LOOK_MILLISECONDS + " ms",
                    "the pooler's mode could not be seen",
                    false));
        }
    }

    private void transactionMode(String observation) {
        mode = Mode.TRANSACTION;
        evidence.add(new Evidence(observation, "transaction mode", true));
    }

    private Mode assumedMode() {
        Mode known = mode;
        if (known != null) {
            return known;
        }
        evidence.add(new Evidence(
                "nothing shows the pooler's mode",
                "transaction mode is assumed, which is safe in the others too",
                false));
        return Mode.TRANSACTION;
    }

    private static int backendPid(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("select pg_backend_pid()")) {
            result.next();
            return result.getInt(1);
        }
    }
}
