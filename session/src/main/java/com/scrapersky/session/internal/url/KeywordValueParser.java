package com.scrapersky.session.internal.url;

/**
 * Reads {@code host=… port=… dbname='a b' password='it\'s'} as libpq's {@code conninfo_parse} does: blanks around the
 * equals sign are allowed, a backslash makes the next character an ordinary one, in quotes and without.
 */
final class KeywordValueParser {

    private final String text;
    private final GivenParameters given = new GivenParameters();
    private int position;

    private KeywordValueParser(String text) {
        this.text = text;
    }

    static GivenParameters parse(String text) {
        KeywordValueParser parser = new KeywordValueParser(text);
        int number = 0;
        parser.skipBlanks();
        while (parser.position < text.length()) {
            number++;
            String name = parser.name(number);
            parser.given.put(name, parser.value(), number);
            parser.skipBlanks();
        }
        return parser.given;
    }

    private String name(int number) {
        int start = position;
        while (position < text.length() && text.charAt(position) != '=' && !isBlank(text.charAt(position))) {
            position++;
        }
        String name = text.substring(start, position);
        skipBlanks();
        if (position == text.length() || text.charAt(position) != '=') {
            throw new UrlSyntaxException(
                    "Word number " + number + " is not followed by '='.",
                    "Put a value with blanks into single quotes, with \\' for a quote and \\\\ for a backslash.");
        }
        position++;
        return name;
    }

    private String value() {
        skipBlanks();
        boolean quoted = position < text.length() && text.charAt(position) == '\'';
        if (quoted) {
            position++;
        }
        StringBuilder value = new StringBuilder();
        while (position < text.length()) {
            char character = text.charAt(position++);
            if (quoted ? character == '\'' : isBlank(character)) {
                return value.toString();
            }
            if (character != '\\') {
                value.append(character);
            } else if (position < text.length()) {
                // A backslash at the very end stands for nothing.
                value.append(text.charAt(position++));
            }
        }
        if (quoted) {
            throw new UrlSyntaxException(
                    "A value begins with a single quote and has no closing one.", "Write a quote inside it as \\'.");
        }
        return value.toString();
    }

    private void skipBlanks() {
        while (position < text.length() && isBlank(text.charAt(position))) {
            position++;
        }
    }

    /** C's {@code isspace}, not Java's idea of white space. */
    private static boolean isBlank(char character) {
        return character == ' ' || (character >= '\t' && character <= '\r');
    }
}
