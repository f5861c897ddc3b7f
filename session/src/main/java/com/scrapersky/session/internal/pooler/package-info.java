@NullMarked
package com.scrapersky.session.internal.pooler;

import org.jspecify.annotations.NullMarked;
