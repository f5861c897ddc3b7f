package com.scrapersky.session.internal.sql;

/**
 * One appearance of a named parameter.
 *
 * @param parameter the index of its name in {@link NamedSql#names()}
 * @param start where its colon stands in the caller's text
 * @param end where the text goes on after its name
 * @param surroundings what its place says about the type of its value
 */
public record Placeholder(int parameter, int start, int end, Surroundings surroundings) {

    /** What the place of a parameter says about how its value must be typed. */
    public enum Surroundings {
        /** The server infers the type from an operator, a column or a cast. */
        INFERRED,
        /** A direct argument of a function: array types are not inferred reliably ({@code unnest(unknown)} is ambiguous). */
        ARGUMENT,
        /** A direct argument of a function that takes anything: the server refuses a value without a type (42P18). */
        ARGUMENT_OF_ANY_TYPE,
        /** {@code :x is null}: the server cannot infer a type from that (42P18), so the scanner casts to text. */
        NULL_TEST,
        /** {@code :x?'k'}, {@code :x:y}: without a blank the driver would take two question marks for an operator's one. */
        QUESTION_MARK
    }

    /** What the scanner writes behind the placeholder. */
    String suffix() {
        return switch (surroundings) {
            case NULL_TEST -> "::text";
            case QUESTION_MARK -> " ";
            case INFERRED, ARGUMENT, ARGUMENT_OF_ANY_TYPE -> "";
        };
    }

    /** The length of what the server gets for the {@code number}th placeholder, {@code $1}, {@code $2} …. */
    int sentLength(int number) {
        return 1 + Integer.toString(number).length() + suffix().length();
    }
}
