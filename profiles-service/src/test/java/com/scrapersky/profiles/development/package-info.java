@NullMarked
package com.scrapersky.profiles.development;

import org.jspecify.annotations.NullMarked;
