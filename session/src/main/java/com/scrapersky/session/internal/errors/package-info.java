/** What every error of a pooler, of PostgreSQL and of the driver means: one table. */
@NullMarked
package com.scrapersky.session.internal.errors;

import org.jspecify.annotations.NullMarked;
