/** A PostgreSQL server in memory that answers from a table, so that what is measured is the client. */
@NullMarked
package com.scrapersky.benchmarks.fake;

import org.jspecify.annotations.NullMarked;
