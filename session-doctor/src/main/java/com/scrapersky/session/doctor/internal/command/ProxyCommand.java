package com.scrapersky.session.doctor.internal.command;

import com.scrapersky.session.testkit.TransactionPooler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** {@code doctor proxy URL}: the testkit's own command. */
@Command(
        name = "proxy",
        description = {
            "Starts a hostile pooler in front of a database, for trying a program by hand.",
            "It is the testkit's: every transaction runs on another backend than the last one. Until Ctrl-C. The password may",
            "stand in PGPASSWORD.",
            "",
            "Options: --manners pgbouncer-1.18|pgbouncer-1.26|supavisor, --port NUMBER, --pool-size NUMBER, --session-mode, --tls,",
            "and those that doctor proxy --help tells."
        })
final class ProxyCommand implements Callable<Integer> {

    @Parameters(arity = "0..1", paramLabel = "URL", description = "postgresql://user:password@host:port/database")
    private @Nullable String url;

    @Unmatched
    private @Nullable List<String> options;

    @Override
    public Integer call() throws InterruptedException {
        List<String> arguments = new ArrayList<>();
        if (url != null) {
            arguments.add(url);
        }
        if (options != null) {
            arguments.addAll(options);
        }
        TransactionPooler.main(arguments.toArray(String[]::new));
        return 0;
    }
}
