@NullMarked
package com.scrapersky.session.internal.sql;

import org.jspecify.annotations.NullMarked;
