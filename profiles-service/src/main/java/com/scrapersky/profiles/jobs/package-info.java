/** Work that outlives its request: imports, and what is known about them. */
@NullMarked
package com.scrapersky.profiles.jobs;

import org.jspecify.annotations.NullMarked;
