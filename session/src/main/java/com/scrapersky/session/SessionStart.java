package com.scrapersky.session;

import com.scrapersky.session.PoolerProfile.Parameter;
import com.scrapersky.session.internal.url.SessionOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the driver would set for a session when it connects: {@code currentSchema}, {@code options} and
 * {@code readOnlyMode=always}. A pooler in transaction mode refuses it, drops it, or gives it to everybody (measured:
 * PgBouncer 1.18 and 1.26 refuse, Supavisor keeps the search path and drops the rest), so sessions begin with it instead.
 */
final class SessionStart {

    private static final String SCHEMA = "currentSchema";
    private static final String OPTIONS = "options";
    private static final String READ_ONLY_MODE = "readOnlyMode";

    private final Map<String, String> settings;
    private final List<Parameter> parameters;
    private final String otherOptions;
    private final boolean readOnlySentAtOnce;

    private SessionStart(
            Map<String, String> settings, List<Parameter> parameters, String otherOptions, boolean readOnlySentAtOnce) {
        this.settings = settings;
        this.parameters = parameters;
        this.otherOptions = otherOptions;
        this.readOnlySentAtOnce = readOnlySentAtOnce;
    }

    /** @param explicit the parameters that were given, by name */
    static SessionStart of(Map<String, Parameter> explicit) {
        Map<String, String> settings = new LinkedHashMap<>();
        List<Parameter> parameters = new ArrayList<>();
        String others = "";
        Parameter options = explicit.get(OPTIONS);
        if (options != null) {
            SessionOptions parsed = SessionOptions.parse(options.value());
            others = parsed.others();
            settings.putAll(parsed.settings());
            if (!parsed.settings().isEmpty()) {
                parameters.add(kept(options));
            }
        }
        Parameter schema = explicit.get(SCHEMA);
        if (schema != null) {
            settings.put("search_path", schema.value());
            parameters.add(kept(schema));
        }
        Parameter readOnly = explicit.get(READ_ONLY_MODE);
        boolean always = false;
        if (readOnly != null && readOnly.value().equalsIgnoreCase("always")) {
            always = true;
            parameters.add(kept(readOnly));
        }
        return new SessionStart(settings, parameters, others, always);
    }

    private static Parameter kept(Parameter parameter) {
        return new Parameter(
                parameter.name(),
                parameter.value(),
                parameter.reason()
                        + "; not sent when connecting, but applied to each transaction: the backend is shared",
                parameter.origin());
    }

    /** The settings that every session begins with, by name. */
    Map<String, String> settings() {
        return settings;
    }

    /** As they are reported. */
    List<Parameter> parameters() {
        return parameters;
    }

    boolean isReadOnlySentAtOnce() {
        return readOnlySentAtOnce;
    }

    /** What is left of {@code explicit} for the driver. */
    Map<String, Parameter> sent(Map<String, Parameter> explicit) {
        Map<String, Parameter> sent = new LinkedHashMap<>(explicit);
        sent.remove(SCHEMA);
        Parameter options = sent.remove(OPTIONS);
        if (options != null && !otherOptions.isEmpty()) {
            sent.put(OPTIONS, new Parameter(OPTIONS, otherOptions, options.reason(), options.origin()));
        }
        if (readOnlySentAtOnce) {
            sent.remove(READ_ONLY_MODE);
        }
        return sent;
    }
}
