package com.scrapersky.session.doctor.internal.examine;

import com.scrapersky.session.DatabaseUrl.Host;
import com.scrapersky.session.doctor.internal.report.Finding;
import com.scrapersky.session.doctor.internal.report.FindingKind;
import com.scrapersky.session.doctor.internal.report.Report;
import com.scrapersky.session.doctor.internal.report.Section;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Names, addresses, and who answers there. */
final class Network {

    private static final Duration PATIENCE = Duration.ofMillis(1500);

    private final Report report;
    private final Section section;

    private Network(Report report) {
        this.report = report;
        this.section = report.section("Network");
    }

    /** One address, and how long it took to answer or why it did not. */
    private record Attempt(InetAddress address, @Nullable Duration time, String failure) {}

    /** The first host that answers, or null; what was found is in the report. */
    static @Nullable Reached reach(List<Host> hosts, Report report) {
        return new Network(report).look(hosts);
    }

    private @Nullable Reached look(List<Host> hosts) {
        Reached first = null;
        List<Finding> failures = new ArrayList<>();
        for (Host host : hosts) {
            List<InetAddress> addresses = resolve(host, failures);
            Reached reached = addresses.isEmpty() ? null : tryAll(host, addresses, failures);
            first = first == null ? reached : first;
        }
        boolean reached = first != null;
        failures.forEach(failure ->
                report.add(reached ? Finding.of(FindingKind.SOME_ADDRESS_UNREACHABLE, failure.evidence()) : failure));
        return first;
    }

    private List<InetAddress> resolve(Host host, List<Finding> failures) {
        try {
            InetAddress[] all = CompletableFuture.supplyAsync(() -> lookUp(host.name()))
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (all.length == 0) {
                failures.add(Finding.of(FindingKind.HOST_UNKNOWN, "DNS has no address for " + host.name()));
                section.fact("DNS", host.name() + " is unknown");
                return List.of();
            }
            List<InetAddress> addresses = List.of(all);
            String shown = addresses.stream()
                    .map(InetAddress::getHostAddress)
                    .distinct()
                    .collect(Collectors.joining(", "));
            boolean numeric = host.name().equals(shown);
            section.fact("address", numeric ? shown : host.name() + " is " + shown);
            if (addresses.stream().allMatch(Inet6Address.class::isInstance)
                    && addresses.stream().noneMatch(InetAddress::isLoopbackAddress)) {
                report.add(FindingKind.IPV6_ONLY, host.name() + " is " + shown);
            }
            return addresses;
        } catch (TimeoutException slow) {
            failures.add(Finding.of(
                    FindingKind.HOST_UNKNOWN,
                    "DNS did not answer for " + host.name() + " within " + PATIENCE.toMillis() + " ms"));
            return List.of();
        } catch (ExecutionException failed) {
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private static InetAddress[] lookUp(String name) {
        try {
            return InetAddress.getAllByName(name);
        } catch (UnknownHostException unknown) {
            return new InetAddress[0];
        }
    }

    private @Nullable Reached tryAll(Host host, List<InetAddress> addresses, List<Finding> failures) {
        List<CompletableFuture<Attempt>> running = addresses.stream()
                .map(address -> CompletableFuture.supplyAsync(() -> attempt(address, host.port())))
                .toList();
        Reached reached = null;
        for (CompletableFuture<Attempt> attempt : running) {
            Attempt made = attempt.join();
            String where = made.address().getHostAddress() + " port " + host.port();
            Duration time = made.time();
            if (time != null) {
                section.fact("TCP", where + " answers in " + Times.shown(time));
                reached = reached == null ? new Reached(host, made.address(), time) : reached;
            } else {
                section.fact("TCP", where + ": " + made.failure());
                failures.add(Finding.of(FindingKind.HOST_UNREACHABLE, where + ": " + made.failure()));
            }
        }
        if (reached != null && reached.address() instanceof Inet6Address) {
            section.fact("protocol", "IPv6");
        } else if (reached != null) {
            section.fact("protocol", "IPv4");
        }
        return reached;
    }

    private static Attempt attempt(InetAddress address, int port) {
        long start = System.nanoTime();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), (int) PATIENCE.toMillis());
            return new Attempt(address, Duration.ofNanos(System.nanoTime() - start), "");
        } catch (IOException failure) {
            String text = String.valueOf(failure.getMessage());
            return new Attempt(
                    address,
                    null,
                    text.contains("timed out") ? "no answer within " + PATIENCE.toMillis() + " ms" : text);
        }
    }
}
