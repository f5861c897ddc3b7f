/** What the library costs, beside pgjdbc written by hand and beside its peers. */
@NullMarked
package com.scrapersky.benchmarks;

import org.jspecify.annotations.NullMarked;
