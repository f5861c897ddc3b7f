package com.scrapersky.session.doctor.internal.examine;

import com.scrapersky.session.DatabaseUrl;
import com.scrapersky.session.internal.url.ConnectionSettings;
import com.scrapersky.session.internal.url.ConnectionString;
import java.util.Map;

/** The database in question: the URL as the library reads it, and what the driver is told because of it. */
public final class Target {

    private final DatabaseUrl url;
    private final ConnectionSettings settings;

    private Target(DatabaseUrl url, ConnectionSettings settings) {
        this.url = url;
        this.settings = settings;
    }

    /**
     * Reads a URL in any of the forms that the library reads.
     *
     * @throws com.scrapersky.session.InvalidDatabaseUrlException if it cannot be understood
     */
    public static Target parse(String text) {
        // First by the library, whose message names the part and the way out and quotes nothing.
        DatabaseUrl url = DatabaseUrl.parse(text);
        return new Target(url, ConnectionString.parse(text));
    }

    public Target withPassword(String password) {
        return new Target(url.withPassword(password), settings.withPassword(password));
    }

    public DatabaseUrl url() {
        return url;
    }

    /** What the driver is told, the PASSWORD among it. */
    Map<String, String> driverProperties() {
        return settings.driverProperties();
    }

    String property(String name) {
        return settings.driverProperties().getOrDefault(name, "");
    }

    String user() {
        return url.user().orElseGet(() -> System.getProperty("user.name"));
    }

    @Override
    public String toString() {
        return url.toString();
    }
}
