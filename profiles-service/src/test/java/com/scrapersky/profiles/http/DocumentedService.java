package com.scrapersky.profiles.http;

import com.scrapersky.profiles.Labs;
import com.scrapersky.profiles.RunningService;
import com.scrapersky.session.testkit.PgBouncerVersion;

/** The service with its OpenAPI document open to all, behind a pooler; one for the tests of this JVM. */
final class DocumentedService {

    private static final RunningService SERVICE = RunningService.of(
            Labs.pooler(PgBouncerVersion.V1_26).url(), Labs.postgres().url(), "--PROFILES_API_DOCUMENT=true");

    private DocumentedService() {}

    static RunningService get() {
        return SERVICE;
    }

    /** As the service gives it. */
    static String document() {
        return SERVICE.text(SERVICE.request("GET", "/v3/api-docs", "").build());
    }
}
