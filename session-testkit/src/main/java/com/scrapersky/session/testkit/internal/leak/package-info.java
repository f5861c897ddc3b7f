@NullMarked
package com.scrapersky.session.testkit.internal.leak;

import org.jspecify.annotations.NullMarked;
