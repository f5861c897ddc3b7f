/** Measuring side by side: the same work by several subjects in turn, and what each round says of each. */
@NullMarked
package com.scrapersky.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
