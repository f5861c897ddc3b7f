/** The part of PostgreSQL's frontend/backend protocol 3 that a pooler has to read, write and rewrite. */
@NullMarked
package com.scrapersky.session.testkit.internal.protocol;

import org.jspecify.annotations.NullMarked;
