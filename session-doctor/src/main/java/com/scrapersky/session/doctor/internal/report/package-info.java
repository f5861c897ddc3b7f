/** What the doctor found, and how it is told. */
@NullMarked
package com.scrapersky.session.doctor.internal.report;

import org.jspecify.annotations.NullMarked;
