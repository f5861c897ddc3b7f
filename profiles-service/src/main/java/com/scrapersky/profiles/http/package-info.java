@NullMarked
package com.scrapersky.profiles.http;

import org.jspecify.annotations.NullMarked;
