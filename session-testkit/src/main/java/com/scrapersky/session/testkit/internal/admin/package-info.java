@NullMarked
package com.scrapersky.session.testkit.internal.admin;

import org.jspecify.annotations.NullMarked;
