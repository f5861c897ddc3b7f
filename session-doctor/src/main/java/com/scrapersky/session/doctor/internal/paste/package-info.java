/** Configuration to copy. */
@NullMarked
package com.scrapersky.session.doctor.internal.paste;

import org.jspecify.annotations.NullMarked;
