package com.scrapersky.session.testkit.internal.proxy;

import java.util.Map;

/** What backends have to have in common to be handed from one client to the next. */
record PoolKey(String user, String database, Map<String, String> startupParameters) {}
