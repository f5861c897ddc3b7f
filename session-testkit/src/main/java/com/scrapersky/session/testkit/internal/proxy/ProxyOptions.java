package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.Manners;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Everything that a pooler is told before it starts. */
public record ProxyOptions(
        Upstream upstream,
        Manners manners,
        int port,
        int poolSize,
        HandOver handOver,
        int maximumClients,
        Duration checkoutTimeout,
        boolean trustClients,
        Map<String, String> users,
        @Nullable SSLContext tls,
        boolean requireTls) {

    public ProxyOptions {
        users = Map.copyOf(users);
    }

    /** Without the passwords. */
    @Override
    public String toString() {
        return manners + " in front of " + upstream + ", pool size " + poolSize;
    }
}
