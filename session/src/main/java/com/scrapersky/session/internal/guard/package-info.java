/** Keeps the state of a session on the client, so that a pooler's backends stay clean. */
@NullMarked
package com.scrapersky.session.internal.guard;

import org.jspecify.annotations.NullMarked;
