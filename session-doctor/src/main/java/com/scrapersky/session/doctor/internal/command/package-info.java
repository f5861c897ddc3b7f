/** The command line. */
@NullMarked
package com.scrapersky.session.doctor.internal.command;

import org.jspecify.annotations.NullMarked;
