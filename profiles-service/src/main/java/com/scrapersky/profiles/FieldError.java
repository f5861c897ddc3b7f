package com.scrapersky.profiles;

/**
 * What is wrong with one part of a request.
 *
 * @param field its name in the JSON body, the query or the path
 * @param message what it has to be; never its value
 */
public record FieldError(String field, String message) {}
