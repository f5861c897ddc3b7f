package com.scrapersky.session.internal.url;

import static com.scrapersky.session.internal.url.Meanings.integer;
import static com.scrapersky.session.internal.url.Meanings.nothing;

import com.scrapersky.session.internal.url.Parameter.Meaning;
import com.scrapersky.session.internal.url.Parameter.Origin;
import java.util.List;
import java.util.Locale;

/** Parameters of the former Python system, of Prisma and of Rails, so that their URLs go on working. */
final class ForeignParameters {

    private static final String UNNAMED = "no named prepared statements (pgjdbc's prepareThreshold=0)";

    static final List<Parameter> ALL = List.of(
            former("raw_sql", nothing("nothing: no library ever read it"), "Without meaning"),
            former(
                    "no_prepare",
                    (name, value, target) -> unnamed(isTrue(name, value), name, value, target),
                    "true: no named statements"),
            former(
                    "statement_cache_size",
                    ForeignParameters::statementCache,
                    "0: no named statements; else the size of the cache"),
            former("prepared_statement_cache_size", ForeignParameters::statementCache, "As statement_cache_size"),
            other(
                    "ssl",
                    ForeignParameters::tls,
                    "asyncpg: a value of sslmode; ssl=true is libpq's own word for require"),
            other(
                    "pgbouncer",
                    ForeignParameters::transactionPooler,
                    "Prisma: whether a transaction pooler is in front"),
            other("connection_limit", ForeignParameters::limit, "Prisma: the size of the pool"),
            other(
                    "pool_timeout",
                    ForeignParameters::poolTimeout,
                    "Prisma: seconds to wait for a connection of the pool"),
            other("schema", ForeignParameters::schema, "Prisma: the schema"),
            other("pool", ForeignParameters::limit, "Rails: the size of the pool"),
            other(
                    "prepared_statements",
                    (name, value, target) -> unnamed(!isTrue(name, value), name, value, target),
                    "Rails: false for no named statements"),
            other("encoding", nothing("nothing: pgjdbc always speaks UTF-8"), "Rails: the encoding"),
            other("supa", nothing("nothing: a mark that Supabase's integrations add"), "Supabase: a mark"));

    private ForeignParameters() {}

    private static Parameter former(String name, Meaning meaning, String description) {
        return new Parameter(name, Origin.FORMER_SYSTEM, false, meaning, description);
    }

    private static Parameter other(String name, Meaning meaning, String description) {
        return new Parameter(name, Origin.OTHER_TOOL, false, meaning, description);
    }

    private static void unnamed(boolean unnamed, String name, String value, DriverTranslation target) {
        if (unnamed) {
            target.property("prepareThreshold", "0");
        }
        target.note(name, value, unnamed ? UNNAMED : "nothing: named prepared statements wherever they are safe");
    }

    private static void statementCache(String name, String value, DriverTranslation target) {
        int size = integer(name, value);
        if (size < 0) {
            throw new UrlSyntaxException("The value of " + name + " is negative.", null);
        }
        if (size == 0) {
            unnamed(true, name, value, target);
        } else {
            target.propertyIfAbsent("preparedStatementCacheQueries", String.valueOf(size));
            target.note(name, value, "a cache of " + size + " statements (pgjdbc's preparedStatementCacheQueries)");
        }
    }

    private static void tls(String name, String value, DriverTranslation target) {
        if (value.equals("true")) {
            // Only in a keyword/value string: in a URL this is libpq's own word for sslmode=require.
            target.propertyIfAbsent("sslmode", "require");
            target.note(name, value, "sslmode=require where sslmode says nothing else");
        } else if (value.equalsIgnoreCase("false")) {
            target.note(name, value, "nothing: TLS where the server offers it, as without it");
        } else if (target.has("sslmode")) {
            target.note(name, value, "nothing: sslmode says it");
        } else {
            Meanings.oneOf("sslmode", "disable", "allow", "prefer", "require", "verify-ca", "verify-full")
                    .translate(name, value, target);
        }
    }

    private static void transactionPooler(String name, String value, DriverTranslation target) {
        boolean pooler = isTrue(name, value);
        target.hint(Hint.TRANSACTION_POOLER, String.valueOf(pooler));
        target.note(name, value, pooler ? "a transaction pooler is in front" : "no transaction pooler is in front");
    }

    private static void limit(String name, String value, DriverTranslation target) {
        int connections = integer(name, value);
        if (connections < 1) {
            throw new UrlSyntaxException("The value of " + name + " is less than 1.", null);
        }
        target.hint(Hint.CONNECTION_LIMIT, String.valueOf(connections));
        target.note(name, value, "at most " + connections + " connections in the pool");
    }

    private static void poolTimeout(String name, String value, DriverTranslation target) {
        int seconds = integer(name, value);
        if (seconds < 0) {
            throw new UrlSyntaxException("The value of " + name + " is negative.", null);
        }
        target.hint(Hint.POOL_TIMEOUT, String.valueOf(seconds));
        target.note(name, value, seconds == 0 ? "no limit for the wait" : "a wait of at most " + seconds + " s");
    }

    private static void schema(String name, String value, DriverTranslation target) {
        target.property("currentSchema", value);
        target.note(name, value, "pgjdbc's currentSchema");
    }

    private static boolean isTrue(String name, String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes", "on", "t", "y" -> true;
            case "false", "0", "no", "off", "f", "n" -> false;
            default -> throw Meanings.notAllowed(name, "true, false");
        };
    }
}
