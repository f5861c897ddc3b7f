/** Encryption towards clients: a certificate made on the spot, and TLS over a non-blocking socket. */
@NullMarked
package com.scrapersky.session.testkit.internal.tls;

import org.jspecify.annotations.NullMarked;
