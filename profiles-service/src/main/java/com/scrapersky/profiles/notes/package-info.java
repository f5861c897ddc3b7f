/** Notes about profiles, by an object-relational mapper on the sessions that everything else uses. */
@NullMarked
package com.scrapersky.profiles.notes;

import org.jspecify.annotations.NullMarked;
