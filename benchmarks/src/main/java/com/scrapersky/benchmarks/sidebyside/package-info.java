/** The run that compares the library with its peers on real servers, and what it writes. */
@NullMarked
package com.scrapersky.benchmarks.sidebyside;

import org.jspecify.annotations.NullMarked;
