@NullMarked
package com.scrapersky.session.testkit;

import org.jspecify.annotations.NullMarked;
