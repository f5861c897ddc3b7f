package com.scrapersky.session.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A test in a class that says {@link MustChangeBackend}, which needs no change: it has one transaction only, for example. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface MayKeepBackend {

    /** Why it may, for the reader. */
    String value();
}
