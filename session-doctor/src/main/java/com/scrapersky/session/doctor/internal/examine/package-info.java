/** The examination of one database. */
@NullMarked
package com.scrapersky.session.doctor.internal.examine;

import org.jspecify.annotations.NullMarked;
