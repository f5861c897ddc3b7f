/** An application's files, read for what breaks behind a pooler. */
@NullMarked
package com.scrapersky.session.doctor.internal.scan;

import org.jspecify.annotations.NullMarked;
