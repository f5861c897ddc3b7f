/** Looking at a database again and again. */
@NullMarked
package com.scrapersky.session.doctor.internal.watch;

import org.jspecify.annotations.NullMarked;
