/** What a statement of the library's own costs beside JDBC written by hand. */
@NullMarked
package com.scrapersky.benchmarks.lean;

import org.jspecify.annotations.NullMarked;
