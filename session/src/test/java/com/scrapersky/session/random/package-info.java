/** Random programs of several clients, run directly and through a pooler: what they see has to be the same. */
@NullMarked
package com.scrapersky.session.random;

import org.jspecify.annotations.NullMarked;
