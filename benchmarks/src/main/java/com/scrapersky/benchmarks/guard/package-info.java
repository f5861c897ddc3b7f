/** What the pool-safe DataSource costs beside the pool that it wraps. */
@NullMarked
package com.scrapersky.benchmarks.guard;

import org.jspecify.annotations.NullMarked;
