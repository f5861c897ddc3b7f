package com.scrapersky.session.reliability;

import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.ErrorClass;
import com.scrapersky.session.SessionContext;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.reliability.Faults;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * A steady mixed load: transfers between accounts, in sessions, pipelines, batches and single statements, with contexts and
 * without, and reads that look at the sum. Whatever the program was told about each transfer is kept outside the database.
 */
final class Ledger implements AutoCloseable {

    /** What {@link #prepare} makes. */
    static final String[] TABLES = {"account", "transfer"};

    private static final int ACCOUNTS = 20;
    private static final int BALANCE = 1000;

    /** Longer than any fault takes, and than a loaded machine makes of it; what they take is in the report. */
    private static final Duration LONGEST_RECOVERY = Duration.ofSeconds(30);

    /** What the program was told. */
    private final Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();

    private final Set<UUID> unknown = ConcurrentHashMap.newKeySet();
    private final Set<UUID> failed = ConcurrentHashMap.newKeySet();

    private final Map<ErrorClass, LongAdder> errors = new ConcurrentHashMap<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicLong successes = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ended;

    /** Makes the tables anew. */
    static void prepare(PostgresLab postgres) {
        postgres.execute(
                "drop table if exists account, transfer",
                "create table account (id int primary key, balance bigint not null)",
                "create table transfer (id uuid not null, debit int not null, credit int not null, amount int not null)",
                "insert into account select n, " + BALANCE + " from generate_series(1, " + ACCOUNTS + ") n");
    }

    /** Lets so many threads work until it is closed. */
    void work(DatabaseSessionFactory sessions, int workers, long seed) {
        for (int worker = 0; worker < workers; worker++) {
            Random random = new Random(seed + worker);
            int number = worker;
            Thread thread = new Thread(
                    () -> {
                        while (!ended) {
                            step(sessions, random, number);
                        }
                    },
                    "ledger-" + worker);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    /** One piece of work; whatever becomes of it is noted. */
    void step(DatabaseSessionFactory sessions, Random random, int worker) {
        switch (random.nextInt(8)) {
            case 0, 1 -> transfer(random, id -> sessions.write(session -> move(session, id)));
            case 2 -> transfer(random, id -> sessions.repeatable().write(session -> move(session, id)));
            case 3 ->
                transfer(
                        random,
                        id -> sessions.pipeline(pipeline -> {
                            pipeline.sql(Move.DEBIT).params(id.debited()).update();
                            pipeline.sql(Move.CREDIT).params(id.credited()).update();
                            return pipeline.sql(Move.NOTE).params(id).update();
                        }));
            case 4 -> transfer(random, id -> sessions.sql(Move.ALL).params(id).update());
            case 5 ->
                transfer(
                        random,
                        id -> inContext(sessions, worker).write(session -> {
                            expectTenant(session, Integer.toString(worker));
                            return move(session, id);
                        }));
            case 6 ->
                read(() -> sessions.read(session -> {
                    expectTenant(session, "");
                    expectSum(session.sql("select sum(balance)::bigint from account")
                            .single(Long.class));
                    return null;
                }));
            default ->
                read(() -> expectSum(
                        sessions.sql("select sum(balance)::bigint from account").single(Long.class)));
        }
    }

    private static DatabaseSessionFactory inContext(DatabaseSessionFactory sessions, int worker) {
        return sessions.withContext(SessionContext.builder()
                .setting("app.tenant", Integer.toString(worker))
                .build());
    }

    private static int move(DatabaseSession session, Move move) {
        session.sql(Move.DEBIT).params(move.debited()).update();
        session.sql(Move.CREDIT).params(move.credited()).update();
        return session.sql(Move.NOTE).params(move).update();
    }

    /** A session that others left something on would see their tenant. */
    private void expectTenant(DatabaseSession session, String tenant) {
        String found = session.sql("select coalesce(current_setting('app.tenant', true), '')")
                .single(String.class);
        if (!found.equals(tenant)) {
            wrong.add("a session found the tenant '" + found + "' instead of '" + tenant + "'");
        }
    }

    private void expectSum(long sum) {
        if (sum != (long) ACCOUNTS * BALANCE) {
            wrong.add("a transaction saw the sum " + sum);
        }
    }

    private void transfer(Random random, Writing work) {
        int debit = 1 + random.nextInt(ACCOUNTS - 1);
        // In the order of their numbers, so that no two wait for each other.
        int credit = debit + 1 + random.nextInt(ACCOUNTS - debit);
        Move move = new Move(new UUID(random.nextLong(), System.nanoTime()), debit, credit, 1 + random.nextInt(10));
        try {
            work.run(move);
            acknowledged.add(move.id());
            successes.incrementAndGet();
        } catch (DatabaseException error) {
            note(error);
            (error.errorClass() == ErrorClass.OUTCOME_UNKNOWN ? unknown : failed).add(move.id());
        }
    }

    private void read(Runnable work) {
        try {
            work.run();
            successes.incrementAndGet();
        } catch (DatabaseException error) {
            note(error);
        }
    }

    private void note(DatabaseException error) {
        errors.computeIfAbsent(error.errorClass(), first -> new LongAdder()).increment();
        if (error.errorClass() == ErrorClass.REJECTED) {
            wrong.add("a fault was taken for a mistake of the program: " + error.getMessage());
        }
    }

    /** Waits until so many more pieces of work have succeeded. */
    void awaitSuccesses(String fault, int more) {
        long wanted = successes.get() + more;
        long deadline = System.nanoTime() + LONGEST_RECOVERY.toNanos();
        while (successes.get() < wanted) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(
                        "no work after " + LONGEST_RECOVERY + " behind: " + fault + "; errors: " + errors());
            }
            Faults.whileItLasts(1);
        }
    }

    Map<ErrorClass, Long> errors() {
        Map<ErrorClass, Long> counts = new TreeMap<>();
        errors.forEach((meaning, count) -> counts.put(meaning, count.sum()));
        return counts;
    }

    int acknowledged() {
        return acknowledged.size();
    }

    int unknown() {
        return unknown.size();
    }

    int failed() {
        return failed.size();
    }

    /** Ends the work, and waits for its end. */
    @Override
    public void close() {
        ended = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * What does not agree between the program's own notes and the database.
     *
     * @return empty where nothing was lost, doubled, or done although it was said not to be
     */
    List<String> differences(PostgresLab postgres) throws SQLException {
        try (Connection connection = postgres.connect()) {
            return differences(connection);
        }
    }

    List<String> differences(Connection connection) throws SQLException {
        List<String> differences = new ArrayList<>(wrong);
        Map<UUID, Long> there = new java.util.HashMap<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("select id, count(*) from transfer group by id")) {
                while (rows.next()) {
                    there.put(rows.getObject(1, UUID.class), rows.getLong(2));
                }
            }
            try (ResultSet rows = statement.executeQuery("select a.id, a.balance, " + BALANCE
                    + " + coalesce((select sum(amount) from transfer where credit = a.id), 0)"
                    + " - coalesce((select sum(amount) from transfer where debit = a.id), 0) from account a")) {
                while (rows.next()) {
                    if (rows.getLong(2) != rows.getLong(3)) {
                        differences.add("account " + rows.getInt(1) + " has " + rows.getLong(2) + " instead of "
                                + rows.getLong(3));
                    }
                }
            }
        }
        for (UUID id : acknowledged) {
            if (there.getOrDefault(id, 0L) == 0) {
                differences.add("acknowledged, and lost: " + id);
            }
        }
        for (UUID id : failed) {
            if (there.containsKey(id)) {
                differences.add("said to have had no effect, and is there: " + id);
            }
        }
        there.forEach((id, count) -> {
            if (count > 1) {
                differences.add(count + " times there: " + id);
            }
        });
        return differences;
    }

    /** A transfer, by whose number it is found again. */
    record Move(UUID id, int debit, int credit, int amount) {

        static final String DEBIT = "update account set balance = balance - :amount where id = :debit";
        static final String CREDIT = "update account set balance = balance + :amount where id = :credit";
        static final String NOTE = "insert into transfer values (:id, :debit, :credit, :amount)";

        /** All of it in one statement; an UPDATE alone would lock in the order in which the rows lie, and now and then two wait. */
        static final String ALL = "with locked as (select id from account where id in (:debit, :credit) order by id"
                + " for update), moved as (update account set balance = balance"
                + " + case when id = :debit then -(:amount::int) else :amount::int end where id in (select id from locked))"
                + " insert into transfer values (:id, :debit, :credit, :amount)";

        Map<String, Object> debited() {
            return Map.of("amount", amount, "debit", debit);
        }

        Map<String, Object> credited() {
            return Map.of("amount", amount, "credit", credit);
        }
    }

    @FunctionalInterface
    private interface Writing {
        void run(Move move);
    }
}
