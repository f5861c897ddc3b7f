package com.scrapersky.session.doctor.internal.examine;

import com.scrapersky.session.DatabaseUrl;
import com.scrapersky.session.PoolerProfile;
import com.scrapersky.session.doctor.internal.report.FindingKind;
import com.scrapersky.session.doctor.internal.report.Report;
import com.scrapersky.session.doctor.internal.report.Section;
import com.scrapersky.session.internal.pooler.Destination;
import com.scrapersky.session.internal.pooler.PoolerDetection;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the URL means, before anybody is asked. */
final class Address {

    private Address() {}

    /** @param asked whether DNS is asked afterwards, which knows better than any rule what addresses there are */
    static void read(Target target, boolean asked, Report report) {
        DatabaseUrl url = target.url();
        Section section = report.section("Address");
        section.fact("URL", url.toString());
        section.fact(
                url.hosts().size() == 1 ? "host" : "hosts",
                url.hosts().stream()
                        .map(host -> host.name() + ", port " + host.port())
                        .collect(Collectors.joining("; ")));
        section.fact("database", url.database());
        section.fact(
                "user", url.user().orElseGet(() -> target.user() + " (the operating system's; the URL names none)"));
        section.fact("password", url.hasPassword() ? "given" : "none");
        url.tenant().ifPresent(tenant -> section.fact("tenant", tenant));
        url.sessionUrl().ifPresent(other -> section.fact("session mode", other.toString()));
        url.directUrl()
                .ifPresent(other -> section.fact("without a pooler", other + " (IPv6 only, unless bought otherwise)"));
        url.translations().forEach(translation -> {
            String given = translation.parameter() + "=" + translation.value();
            section.fact("translated", given + ": " + translation.meaning());
            report.add(FindingKind.URL_PARAMETER_TRANSLATED, given + ": " + translation.meaning());
        });
        DatabaseUrl.Host host = url.hosts().get(0);
        PoolerDetection.byName(new Destination(host.name(), host.port(), target.user(), url.database(), false))
                .ifPresent(named ->
                        named.evidence().forEach(evidence -> section.fact("by its name", evidence.conclusion())));
        String name = host.name().toLowerCase(Locale.ROOT);
        if (name.endsWith(".pooler.supabase.com") && url.tenant().isEmpty()) {
            report.add(FindingKind.TENANT_MISSING, "the user is " + target.user());
        }
        if (!asked && name.startsWith("db.") && name.endsWith(".supabase.co")) {
            report.add(
                    FindingKind.IPV6_ONLY,
                    name + ": Supabase gives it no IPv4 address unless the project has bought one");
        }
    }

    /** How long a client keeps its backend, for people. */
    static String shown(PoolerProfile.Mode mode) {
        return switch (mode) {
            case DIRECT -> "every client has its own backend";
            case SESSION -> "session";
            case TRANSACTION -> "transaction";
        };
    }
}
