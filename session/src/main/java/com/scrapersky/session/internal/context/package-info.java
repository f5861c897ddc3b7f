/** What a session context is made of, as PostgreSQL and PostgREST's policies expect it. */
@NullMarked
package com.scrapersky.session.internal.context;

import org.jspecify.annotations.NullMarked;
