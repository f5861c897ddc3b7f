/** The same work written with each library, as its own documentation writes it. */
@NullMarked
package com.scrapersky.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
