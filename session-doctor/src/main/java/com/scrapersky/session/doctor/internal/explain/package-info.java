/** Errors in plain words. */
@NullMarked
package com.scrapersky.session.doctor.internal.explain;

import org.jspecify.annotations.NullMarked;
