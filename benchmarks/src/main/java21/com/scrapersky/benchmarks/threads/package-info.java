/** What needs threads that an older JDK does not have. */
@org.jspecify.annotations.NullMarked
package com.scrapersky.benchmarks.threads;
