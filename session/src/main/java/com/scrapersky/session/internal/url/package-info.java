/** Reads connection strings: URLs, keyword/value strings and environment variables, with libpq's meaning. */
@NullMarked
package com.scrapersky.session.internal.url;

import org.jspecify.annotations.NullMarked;
