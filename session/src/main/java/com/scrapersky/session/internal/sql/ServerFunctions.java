package com.scrapersky.session.internal.sql;

import com.scrapersky.session.SessionFeature;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The functions of PostgreSQL, and of known extensions, that leave something in the session. */
public final class ServerFunctions {

    static final String SET_CONFIG = "set_config";

    private static final Map<String, SessionFeature> BUILT_IN = new HashMap<>();
    private static final Map<String, SessionFeature> OF_EXTENSIONS = new HashMap<>();

    static {
        add(
                BUILT_IN,
                SessionFeature.ADVISORY_LOCK,
                "pg_advisory_lock",
                "pg_advisory_lock_shared",
                "pg_try_advisory_lock",
                "pg_try_advisory_lock_shared",
                "pg_advisory_unlock",
                "pg_advisory_unlock_shared",
                "pg_advisory_unlock_all");
        add(BUILT_IN, SessionFeature.SEQUENCE_STATE, "currval", "lastval");
        add(BUILT_IN, SessionFeature.RANDOM_SEED, "setseed");
        add(
                BUILT_IN,
                SessionFeature.EXTENSION_STATE,
                "pg_replication_origin_session_setup",
                "pg_replication_origin_session_reset",
                "pg_replication_origin_session_is_setup",
                "pg_replication_origin_session_progress",
                "pg_replication_origin_xact_setup",
                // A backup belongs to the session that began it.
                "pg_backup_start",
                "pg_backup_stop");
        // pg_trgm
        add(OF_EXTENSIONS, SessionFeature.EXTENSION_STATE, "set_limit");
        // dblink: named connections, and the unnamed one that dblink_connect opens
        add(
                OF_EXTENSIONS,
                SessionFeature.EXTENSION_STATE,
                "dblink_connect",
                "dblink_connect_u",
                "dblink_disconnect",
                "dblink_open",
                "dblink_fetch",
                "dblink_close",
                "dblink_send_query",
                "dblink_is_busy",
                "dblink_get_result",
                "dblink_get_connections",
                "dblink_cancel_query",
                "dblink_error_message");
        // hypopg: indexes that exist in one session
        add(
                OF_EXTENSIONS,
                SessionFeature.EXTENSION_STATE,
                "hypopg",
                "hypopg_create_index",
                "hypopg_drop_index",
                "hypopg_reset",
                "hypopg_hide_index",
                "hypopg_unhide_index");
        // http
        add(OF_EXTENSIONS, SessionFeature.EXTENSION_STATE, "http_set_curlopt", "http_reset_curlopt");
        // temporal_tables
        add(OF_EXTENSIONS, SessionFeature.EXTENSION_STATE, "set_system_time");
    }

    private ServerFunctions() {}

    private static void add(Map<String, SessionFeature> functions, SessionFeature feature, String... names) {
        for (String name : names) {
            functions.put(name, feature);
        }
    }

    /** Those of PostgreSQL itself, {@code set_config} included. */
    public static Set<String> builtIn() {
        Set<String> names = new HashSet<>(BUILT_IN.keySet());
        names.add(SET_CONFIG);
        return names;
    }

    /** Those of extensions, which may lie in any schema. */
    public static Set<String> ofExtensions() {
        return Set.copyOf(OF_EXTENSIONS.keySet());
    }

    /** What a call of a function, in lower case, does to the session; {@code schema} is "" where none is written. */
    public static @Nullable SessionFeature featureOf(String schema, String name) {
        SessionFeature feature = isBuiltIn(schema) ? BUILT_IN.get(name) : null;
        if (feature != null) {
            return feature;
        }
        // pg_variables: all of its functions
        return name.startsWith("pgv_") ? SessionFeature.EXTENSION_STATE : OF_EXTENSIONS.get(name);
    }

    /** A schema of one's own may have functions with the names of PostgreSQL's. */
    static boolean isBuiltIn(String schema) {
        return schema.isEmpty() || schema.equals("pg_catalog");
    }
}
