/** The command line {@code sky-doctor}: what is between a program and its database, what breaks there, what to change. */
@NullMarked
package com.scrapersky.session.doctor;

import org.jspecify.annotations.NullMarked;
