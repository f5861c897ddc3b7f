package com.scrapersky.session.internal.url;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code DATABASE_URL}, else Supabase's variables as the former system had them. */
public final class EnvironmentReader {

    private static final String URL = "DATABASE_URL";
    private static final String HOST = "SUPABASE_POOLER_HOST";
    private static final String PORT = "SUPABASE_POOLER_PORT";
    private static final String USER = "SUPABASE_POOLER_USER";
    private static final String PASSWORD = "SUPABASE_DB_PASSWORD";
    private static final String PROJECT = "SUPABASE_URL";
    private static final String PROJECT_DOMAIN = ".supabase.co";
    private static final String TRANSACTION_PORT = "6543";

    private final Map<String, String> environment;
    private final List<String> missing = new ArrayList<>();

    private EnvironmentReader(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * Reads the variables of this environment.
     *
     * @throws UrlSyntaxException if variables are missing or malformed
     */
    public static ConnectionSettings read(Map<String, String> environment) {
        return new EnvironmentReader(environment).read();
    }

    private ConnectionSettings read() {
        String url = optional(URL);
        if (url != null) {
            try {
                return ConnectionString.parse(url.strip());
            } catch (UrlSyntaxException mistake) {
                throw mistake.from("The environment variable " + URL);
            }
        }
        String host = required(HOST);
        String user = required(USER);
        // Not stripped and not decoded: a blank may belong to a password, and this is no URL.
        String password = environment.getOrDefault(PASSWORD, "");
        required(PASSWORD);
        String project = user.isEmpty() || user.indexOf('.') >= 0 ? optional(PROJECT) : required(PROJECT);
        if (!missing.isEmpty()) {
            throw new UrlSyntaxException(
                    "The environment has no " + URL + ", and instead of it these are missing: "
                            + String.join(", ", missing) + ".",
                    "Set " + URL + ", or all of them (" + PROJECT
                            + " only where the user is not of the form role.ref).");
        }
        return new ConnectionSettings(
                List.of(endpoint(host)), withTenant(user, project), password, "postgres", Map.of());
    }

    private Endpoint endpoint(String host) {
        String port = optional(PORT);
        try {
            return Endpoint.checked(host, Integer.parseInt(port == null ? TRANSACTION_PORT : port));
        } catch (NumberFormatException notANumber) {
            throw new UrlSyntaxException("The environment variable " + PORT + " is not a number.", null);
        } catch (UrlSyntaxException mistake) {
            throw mistake.from("The environment variables " + HOST + " and " + PORT);
        }
    }

    private static String withTenant(String user, @Nullable String project) {
        return user.indexOf('.') >= 0 || project == null ? user : user + "." + reference(project);
    }

    private static String reference(String project) {
        String host = null;
        try {
            host = URI.create(project).getHost();
        } catch (IllegalArgumentException malformed) {
            // Told below, without the text.
        }
        String name = host == null ? "" : host.toLowerCase(Locale.ROOT);
        if (name.endsWith(PROJECT_DOMAIN) && name.indexOf('.') == name.length() - PROJECT_DOMAIN.length()) {
            return name.substring(0, name.indexOf('.'));
        }
        throw new UrlSyntaxException(
                "The environment variable " + PROJECT + " is not of the form https://<ref>" + PROJECT_DOMAIN
                        + ", and the user names no tenant.",
                "Correct it, or set " + USER + " to role.ref.");
    }

    private String required(String name) {
        String value = optional(name);
        if (value == null) {
            missing.add(name);
            return "";
        }
        return value;
    }

    private @Nullable String optional(String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value.strip();
    }
}
