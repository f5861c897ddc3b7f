@NullMarked
package com.scrapersky.profiles.database;

import org.jspecify.annotations.NullMarked;
