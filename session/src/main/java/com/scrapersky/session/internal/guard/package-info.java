/** The pool-safe connections: session semantics over backends that belong to nobody for longer than a transaction. */
@NullMarked
package com.scrapersky.session.internal.guard;

import org.jspecify.annotations.NullMarked;
