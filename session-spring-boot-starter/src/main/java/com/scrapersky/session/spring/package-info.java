/** Makes every DataSource of a Spring Boot application pool-safe, without a line in the application. */
@NullMarked
package com.scrapersky.session.spring;

import org.jspecify.annotations.NullMarked;
