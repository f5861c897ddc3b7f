@NullMarked
package com.scrapersky.profiles.security;

import org.jspecify.annotations.NullMarked;
