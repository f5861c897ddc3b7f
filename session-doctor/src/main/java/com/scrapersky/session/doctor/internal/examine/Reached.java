package com.scrapersky.session.doctor.internal.examine;

import com.scrapersky.session.DatabaseUrl.Host;
import java.net.InetAddress;
import java.time.Duration;

/** The first host that answers; all that follows is asked of it alone. */
record Reached(Host host, InetAddress address, Duration connectTime) {}
