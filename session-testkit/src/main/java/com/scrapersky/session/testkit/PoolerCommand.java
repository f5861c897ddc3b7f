package com.scrapersky.session.testkit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The command line of {@link TransactionPooler#main}. */
final class PoolerCommand {

    static final String USAGE = """
            Starts a transaction-mode pooler that hands every transaction to another backend, in front of a database.

              postgresql://user:password@host:port/database     the database; the password may stand in PGPASSWORD instead
                ?sslmode=verify-full&sslrootcert=FILE           TLS to the database, as libpq has it: disable, prefer (unless
                                                                told otherwise), require, verify-ca, verify-full;
                                                                sslrootcert=system: the authorities of this Java

              --manners pgbouncer-1.18|pgbouncer-1.26|supavisor  as which pooler it behaves (pgbouncer-1.18)
              --port NUMBER                                     where it listens on 127.0.0.1 (any free port)
              --pool-size NUMBER                                how many transactions run at once (4)
              --hand-over always-other|longest-idle|last-released  which backend comes next (always-other)
              --checkout-timeout SECONDS                        how long a client waits for a backend (60)
              --ignore NAME,NAME                                startup parameters that pgbouncer drops
              --session-mode                                    a client keeps its backend until it disconnects
              --tenant NAME                                     supavisor's tenant (tenant)
              --named-statements                                supavisor carries named statements
              --trust                                           no password is asked
              --tls                                             TLS to clients, with a certificate made for the purpose
            """;

    private static final Map<String, Manners> MANNERS = Map.of(
            "pgbouncer-1.18", Manners.pgBouncer118(),
            "pgbouncer-1.26", Manners.pgBouncer126(),
            "supavisor", Manners.supavisor());

    private PoolerCommand() {}

    static void run(String[] arguments) throws InterruptedException {
        if (List.of(arguments).contains("--help")) {
            System.out.print(USAGE);
            return;
        }
        TransactionPooler pooler;
        try {
            pooler = parse(arguments, System.getenv("PGPASSWORD")).start();
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.print(USAGE);
            System.exit(2);
            return;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            pooler.close();
            stopped.countDown();
        }));
        System.out.println(pooler.name() + " listens on " + pooler.host() + ":" + pooler.port() + " for user "
                + pooler.user() + ", database " + pooler.database());
        stopped.await();
    }

    /** Turns the arguments into a pooler that has not been started; an {@link IllegalArgumentException} says what is wrong. */
    static TransactionPooler.Builder parse(String[] arguments, @Nullable String environmentPassword) {
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        // First of all, because the other options change it, wherever they stand.
        int named = List.of(arguments).indexOf("--manners");
        Manners manners =
                named < 0 || named + 1 == arguments.length ? Manners.pgBouncer118() : manners(arguments[named + 1]);
        String url = null;
        for (String argument : arguments) {
            if (!argument.startsWith("--") && argument.contains("://")) {
                url = argument;
            }
        }
        if (url == null) {
            throw new IllegalArgumentException("which database? Its URL is missing.");
        }
        TransactionPooler.Builder builder = TransactionPooler.builder(url, environmentPassword);
        while (!rest.isEmpty()) {
            String option = rest.removeFirst();
            switch (option) {
                case "--manners" -> value(option, rest);
                case "--port" -> builder.port(number(option, rest));
                case "--pool-size" -> builder.poolSize(number(option, rest));
                case "--hand-over" -> builder.handOver(handOver(value(option, rest)));
                case "--checkout-timeout" -> builder.checkoutTimeout(Duration.ofSeconds(number(option, rest)));
                case "--ignore" ->
                    manners =
                            manners.ignoreStartupParameters(value(option, rest).split(",", -1));
                case "--tenant" -> manners = manners.tenant(value(option, rest));
                case "--session-mode" -> manners = manners.poolMode(PoolMode.SESSION);
                case "--named-statements" -> manners = manners.namedPreparedStatements(true);
                case "--trust" -> builder.trustClients();
                case "--tls" -> builder.tls();
                default -> {
                    if (!option.equals(url)) {
                        throw new IllegalArgumentException("what is " + option + "?");
                    }
                }
            }
        }
        return builder.preset(manners);
    }

    private static Manners manners(String name) {
        Manners manners = MANNERS.get(name.toLowerCase(Locale.ROOT));
        if (manners == null) {
            throw new IllegalArgumentException("no pooler is called " + name);
        }
        return manners;
    }

    private static HandOver handOver(String name) {
        try {
            return HandOver.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("no hand-over is called " + name, e);
        }
    }

    private static String value(String option, Deque<String> rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException(option + " lacks its value");
        }
        return rest.removeFirst();
    }

    private static int number(String option, Deque<String> rest) {
        String text = value(option, rest);
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " takes a number, not " + text, e);
        }
    }
}
