package com.scrapersky.session.doctor.internal.examine;

import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.DatabaseUrl;
import com.scrapersky.session.PoolerProfile;
import com.scrapersky.session.doctor.internal.paste.Configurations;
import com.scrapersky.session.doctor.internal.paste.Setup;
import com.scrapersky.session.doctor.internal.report.Finding;
import com.scrapersky.session.doctor.internal.report.FindingKind;
import com.scrapersky.session.doctor.internal.report.Outcome;
import com.scrapersky.session.doctor.internal.report.Report;
import com.scrapersky.session.doctor.internal.report.Section;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Looks at one database from the outside to the inside, and stops where it goes no further: the URL, the network, TLS, the
 * login, the server, what is in between. Only selects are sent, with unnamed statements. Used once, by one thread.
 */
public final class Examination {

    private final Target target;
    private final int instances;
    private final boolean adminDatabase;
    private final InstantSource clock;
    private final Progress progress;
    private final Report report = new Report();

    /** @param adminDatabase whether to log in to PgBouncer's own database, too, for its limits */
    public Examination(Target target, int instances, boolean adminDatabase, InstantSource clock, Progress progress) {
        this.target = target;
        this.instances = instances;
        this.adminDatabase = adminDatabase;
        this.clock = clock;
        this.progress = progress;
    }

    /** Who is told of each section of the report as soon as it is complete. */
    public void tell(Consumer<Section> listener) {
        report.tell(listener);
    }

    /** What the URL says; nobody is asked. */
    public Report offline() {
        Address.read(target, false, report);
        report.complete();
        return report;
    }

    /** All of it, as far as it goes. */
    public Report run() {
        examine();
        report.complete();
        return report;
    }

    private void examine() {
        Address.read(target, true, report);
        report.complete();
        if (report.findings().stream().anyMatch(finding -> finding.kind() == FindingKind.TENANT_MISSING)) {
            report.outcome(Outcome.NOT_AUTHENTICATED);
            return;
        }
        report.outcome(Outcome.NOT_CONNECTED);
        progress.now("looking for the server");
        Reached reached = Network.reach(target.url().hosts(), report);
        if (reached == null) {
            return;
        }
        progress.now("asking for TLS");
        String sslmode = Tls.examine(target, reached, report);
        if (sslmode == null) {
            return;
        }
        progress.now("logging in");
        int trips = CountingSocketFactory.roundTrips();
        long start = System.nanoTime();
        boolean answered = false;
        try (Connection connection = Login.open(target, reached, sslmode, report)) {
            answered = true;
            Duration connect = Duration.ofNanos(System.nanoTime() - start);
            trips = CountingSocketFactory.roundTrips() - trips;
            progress.now("reading the server's settings");
            Server.Limits limits = Server.examine(connection, clock, report);
            Timing.examine(connection, connect, trips, report);
            progress.now("looking for a pooler");
            lookBetween(reached, sslmode, limits);
            report.outcome(Outcome.EXAMINED);
        } catch (SQLException error) {
            fail(Failure.of(error, answered));
        }
    }

    private void lookBetween(Reached reached, String sslmode, Server.Limits limits) throws SQLException {
        DatabaseUrl.Host host = reached.host();
        DatabaseUrl url = target.url().withHost(host.name(), host.port());
        PoolerProfile profile;
        try {
            profile = DatabaseSessionFactory.builder(url)
                    .connectionTimeout(Login.PATIENCE)
                    .diagnose();
        } catch (DatabaseException failure) {
            throw new SQLException(failure.getMessage(), failure.sqlState().orElse(null), failure);
        }
        Poolers.tell(profile, report);
        OptionalInt backends = OptionalInt.empty();
        if (adminDatabase) {
            progress.now("asking the pooler's own database");
            backends = AdminDatabase.examine(target, reached, sslmode, profile.pooler(), report);
        }
        int size = PoolSize.recommend(limits, profile.mode(), backends, instances, report);
        Configurations.write(new Setup(url, profile, sslmode, target.property("sslrootcert"), size), report);
    }

    private void fail(Failure failure) {
        Finding finding = failure.finding();
        report.add(finding);
        report.outcome(failure.outcome());
    }
}
