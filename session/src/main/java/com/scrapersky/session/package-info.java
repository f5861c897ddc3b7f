@NullMarked
package com.scrapersky.session;

import org.jspecify.annotations.NullMarked;
