package com.scrapersky.session.doctor.internal.examine;

import com.scrapersky.session.PoolerProfile.Mode;
import com.scrapersky.session.doctor.internal.report.Report;
import com.scrapersky.session.doctor.internal.report.Section;
import java.util.OptionalInt;

/** How large an application's pool should be, with the arithmetic. */
final class PoolSize {

    /** A pool's size beyond which a single instance gains nothing: HikariCP's default, and this library's. */
    private static final int ENOUGH = 10;

    private PoolSize() {}

    static int recommend(Server.Limits limits, Mode mode, OptionalInt backends, int instances, Report report) {
        Section section = report.section("Pool size");
        int free = limits.maximum() - limits.reserved();
        int allowed = limits.role() < 0 ? free : Math.min(free, limits.role());
        int share = Math.max(1, allowed * 8 / 10);
        int most = backends.isPresent() ? Math.min(share, backends.getAsInt()) : share;
        int each = Math.max(1, most / instances);
        int size = Math.min(ENOUGH, each);
        section.fact(
                "arithmetic",
                "max_connections " + limits.maximum() + " - " + limits.reserved() + " reserved = " + free
                        + (limits.role() < 0 ? "" : "; the role's or database's own limit: " + allowed)
                        + "; 80 % for programs = "
                        + share
                        + (backends.isPresent() ? "; the pooler's own pool: " + backends.getAsInt() : "") + "; / "
                        + instances + (instances == 1 ? " instance" : " instances") + " = " + each
                        + "; more than " + ENOUGH + " gains one instance nothing");
        section.fact("recommended", size + " connections for each instance");
        if (mode == Mode.TRANSACTION && backends.isEmpty()) {
            section.fact(
                    "behind the pooler",
                    "what runs at once is the pooler's own pool size, which shows to --pooler-limits alone: more connections than that wait");
        }
        return size;
    }
}
