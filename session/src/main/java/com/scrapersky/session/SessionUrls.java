package com.scrapersky.session;

import org.jspecify.annotations.Nullable;

/** Where sessions with a backend of their own are to be had. */
final class SessionUrls {

    private SessionUrls() {}

    /** The given one, completed by what the factory's URL says, or the one that certainly stands beside that. */
    static @Nullable DatabaseUrl choose(DatabaseUrl url, @Nullable DatabaseUrl given) {
        if (given == null) {
            return url.sessionUrl().orElse(null);
        }
        DatabaseUrl complete = given;
        if (given.user().isEmpty() && url.user().isPresent()) {
            complete = complete.withUser(url.user().get());
        }
        String password = url.driverProperties().get("password");
        if (!given.hasPassword() && password != null && complete.user().equals(url.user())) {
            complete = complete.withPassword(password);
        }
        return complete;
    }
}
