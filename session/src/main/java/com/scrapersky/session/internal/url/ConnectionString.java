package com.scrapersky.session.internal.url;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Recognises the form of a connection string and reads it. */
public final class ConnectionString {

    /** libpq's two schemes, and the driver that SQLAlchemy's URLs name after a plus sign. */
    private static final Pattern URI_PREFIX = Pattern.compile("postgres(?:ql)?(?:\\+[A-Za-z0-9_.-]+)?://");

    private static final Pattern OTHER_SCHEME = Pattern.compile("\\s*[A-Za-z][A-Za-z0-9+.-]*:");
    private static final String JDBC_PREFIX = "jdbc:postgresql:";
    private static final String FORMS =
            "Write postgresql://user:password@host:port/database, jdbc:postgresql://host:port/"
                    + "database or host=… port=… dbname=… user=… password=….";

    private ConnectionString() {}

    /**
     * Reads a connection string in any of its forms.
     *
     * @throws UrlSyntaxException if it cannot be understood
     */
    public static ConnectionSettings parse(String text) {
        requireText(text);
        return ConnectionSettings.of(given(text));
    }

    /** Syntax and names only: what libpq's {@code PQconninfoParse} answers. */
    static GivenParameters given(String text) {
        return parsed(text).requireNoMisplacedPassword();
    }

    private static GivenParameters parsed(String text) {
        Matcher uri = URI_PREFIX.matcher(text);
        if (uri.lookingAt()) {
            return UriParser.parse(text.substring(uri.end()));
        }
        if (text.startsWith(JDBC_PREFIX)) {
            return JdbcUrlParser.parse(text.substring(JDBC_PREFIX.length()));
        }
        // libpq takes everything else for keywords and values; without an equals sign it is certainly none.
        if (text.indexOf('=') < 0 || OTHER_SCHEME.matcher(text).lookingAt()) {
            throw new UrlSyntaxException("The database URL has none of the known forms.", FORMS);
        }
        return KeywordValueParser.parse(text);
    }

    private static void requireText(String text) {
        if (text.isBlank()) {
            throw new UrlSyntaxException("The database URL is empty.", FORMS);
        }
        if (text.indexOf('\0') >= 0) {
            throw new UrlSyntaxException("The database URL holds a NUL character.", null);
        }
    }
}
