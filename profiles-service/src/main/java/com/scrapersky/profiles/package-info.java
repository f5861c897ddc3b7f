@NullMarked
package com.scrapersky.profiles;

import org.jspecify.annotations.NullMarked;
