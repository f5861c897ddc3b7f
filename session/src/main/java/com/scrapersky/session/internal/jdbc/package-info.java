@NullMarked
package com.scrapersky.session.internal.jdbc;

import org.jspecify.annotations.NullMarked;
