package com.scrapersky.session.internal.url;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent-encoding as libpq reads it: {@code %xy} is a byte of UTF-8, everything else (a plus sign too) is itself. */
final class PercentCode {

    private static final String ADVICE =
            "Write each special character of a user, password or database as %xy (a percent sign itself as %25).";
    private static final String UNRESERVED = "-._~";

    private PercentCode() {}

    /**
     * @param part what the text is, for the error message
     */
    static String decode(String encoded, String part) {
        String text = withoutSpacesAround(encoded);
        if (text.indexOf(' ') >= 0) {
            throw new UrlSyntaxException("There is a space in " + part + ".", "Write a space as %20.");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        int position = 0;
        while (position < text.length()) {
            char character = text.charAt(position);
            if (character == '%') {
                bytes.write(decodedByte(text, position, part));
                position += 3;
            } else {
                int end = text.indexOf('%', position);
                String plain = text.substring(position, end < 0 ? text.length() : end);
                bytes.writeBytes(plain.getBytes(StandardCharsets.UTF_8));
                position += plain.length();
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException malformed) {
            // Not kept as the cause: nothing that saw the text may leave this class.
            throw new UrlSyntaxException("The percent-encoded bytes of " + part + " are not UTF-8.", ADVICE);
        }
    }

    /** libpq 18 drops spaces around each part of a URL, and no other white space. */
    private static String withoutSpacesAround(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && text.charAt(start) == ' ') {
            start++;
        }
        while (end > start && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(start, end);
    }

    private static int decodedByte(String text, int position, String part) {
        int value = -1;
        if (position + 2 < text.length()) {
            int high = hexadecimal(text.charAt(position + 1));
            int low = hexadecimal(text.charAt(position + 2));
            value = high < 0 || low < 0 ? -1 : high * 16 + low;
        }
        if (value < 0) {
            throw new UrlSyntaxException(
                    "A percent sign in " + part + " is not followed by two hexadecimal digits.", ADVICE);
        }
        if (value == 0) {
            throw new UrlSyntaxException("%00 is not allowed in " + part + ".", ADVICE);
        }
        return value;
    }

    /** Only ASCII digits: {@link Character#digit(char, int)} would take those of other scripts too. */
    private static int hexadecimal(char character) {
        return character < 128 ? Character.digit(character, 16) : -1;
    }

    /** Encodes everything that is not unreserved in RFC 3986, so that libpq and pgjdbc read the result alike. */
    static String encode(String text) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (octet & 0xff);
            if (isAlphanumeric(character) || UNRESERVED.indexOf(character) >= 0) {
                encoded.append(character);
            } else {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit(octet >> 4 & 0xf, 16)))
                        .append(Character.toUpperCase(Character.forDigit(octet & 0xf, 16)));
            }
        }
        return encoded.toString();
    }

    private static boolean isAlphanumeric(char character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9');
    }
}
