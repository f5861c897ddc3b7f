@NullMarked
package com.scrapersky.session.testkit.internal.process;

import org.jspecify.annotations.NullMarked;
