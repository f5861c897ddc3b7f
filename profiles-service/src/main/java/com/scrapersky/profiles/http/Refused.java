package com.scrapersky.profiles.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.http.HttpStatus;

/** What a request may be refused with, beside what every request may be; {@link ApiDocument} tells it to clients. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Refused {

    HttpStatus[] value();
}
