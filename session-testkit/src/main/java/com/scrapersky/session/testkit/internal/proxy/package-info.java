/** The hostile transaction pooler: one event loop, its client and backend connections, and the pools between them. */
@NullMarked
package com.scrapersky.session.testkit.internal.proxy;

import org.jspecify.annotations.NullMarked;
