@NullMarked
package com.scrapersky.session.testkit.internal.binaries;

import org.jspecify.annotations.NullMarked;
