package com.scrapersky.session.random;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/** Runs programs on a side. Thread-safe, as long as each thread has sides of its own. */
final class Runner implements AutoCloseable {

    /** Far more than any program takes: what is longer waits for something that does not come. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final Entry NOT_REACHED = Entry.of("NOT REACHED");

    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "random-client");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Runs a program on tables as they were made.
     *
     * @param leftOut the lines that are not run, because they were refused elsewhere
     */
    Transcript run(Program program, Side side, Program.Pace pace, Set<Integer> leftOut) {
        side.fixture().reset();
        Map<String, Client> clients = new LinkedHashMap<>();
        program.clients().forEach(name -> clients.put(name, new Client(side)));
        Entry[] lines = new Entry[program.lines().size()];
        Arrays.fill(lines, NOT_REACHED);
        Map<String, Entry> ends = Collections.synchronizedMap(new TreeMap<>());
        ConcurrentLinkedQueue<Integer> order = new ConcurrentLinkedQueue<>();
        List<Runnable> works = new ArrayList<>();
        if (pace == Program.Pace.IN_TURN) {
            works.add(() -> {
                clients.forEach((name, client) -> ends.put("client " + name + " begins", client.begin()));
                for (int line = 0; line < lines.length; line++) {
                    Client client = clients.get(program.lines().get(line).client());
                    lines[line] = perform(client, program, line, leftOut, order);
                }
                clients.forEach((name, client) -> ends.put("client " + name + " ends", client.end()));
            });
        } else {
            clients.forEach((name, client) -> works.add(() -> {
                ends.put("client " + name + " begins", client.begin());
                IntStream.range(0, lines.length)
                        .filter(line -> program.lines().get(line).client().equals(name))
                        .forEach(line -> lines[line] = perform(client, program, line, leftOut, order));
                ends.put("client " + name + " ends", client.end());
            }));
        }
        boolean finished = finish(works.stream().<Future<?>>map(threads::submit).toList(), side);
        ends.put(
                "when all have ended",
                Entry.of(
                        finished
                                ? side.fixture().openTransactions() + " transactions are open"
                                : "they hang for " + LIMIT.toSeconds() + " s"));
        return new Transcript(
                List.of(lines), Map.copyOf(ends), finished ? side.fixture().contents() : Map.of(), List.copyOf(order));
    }

    private static Entry perform(
            Client client, Program program, int line, Set<Integer> leftOut, ConcurrentLinkedQueue<Integer> order) {
        order.add(line);
        return leftOut.contains(line)
                ? client.leaveOut()
                : client.perform(program.lines().get(line).step());
    }

    private static boolean finish(List<Future<?>> works, Side side) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        boolean finished = true;
        for (Future<?> work : works) {
            try {
                work.get(finished ? deadline - System.nanoTime() : LIMIT.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException stuck) {
                finished = false;
                side.fixture().endAllSessions();
                waitFor(work);
            } catch (ExecutionException | InterruptedException e) {
                throw new IllegalStateException("The program on side " + side.name() + " could not be run", e);
            }
        }
        return finished;
    }

    /** With its sessions ended it has nothing to wait for but another client. */
    private static void waitFor(Future<?> work) {
        try {
            work.get(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException stuck) {
            // Its thread is lost; what it still writes nobody reads.
            work.cancel(true);
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
