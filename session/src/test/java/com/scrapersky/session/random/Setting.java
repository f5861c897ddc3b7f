package com.scrapersky.session.random;

import java.util.List;

/** A setting, with values as SQL writes them. None is a name or a value that the driver would lose its way with. */
record Setting(String name, List<String> values) {

    /** What can be seen in results, or asked for. */
    static final List<Setting> SOUND = List.of(
            new Setting("app.tenant", List.of("'t1'", "'t2'")),
            new Setting("app.tenant", List.of("'t1'", "'t2'")),
            new Setting("app.actor", List.of("'u 1'", "'ü'", "''")),
            new Setting("work_mem", List.of("'8MB'", "16384", "'7MB'")),
            new Setting("statement_timeout", List.of("'20s'", "30000", "0")),
            new Setting("lock_timeout", List.of("'15s'", "16000")),
            new Setting("idle_in_transaction_session_timeout", List.of("'60s'", "0")),
            new Setting("intervalstyle", List.of("iso_8601", "'postgres_verbose'")),
            new Setting("extra_float_digits", List.of("0", "-3")),
            new Setting("bytea_output", List.of("escape", "'hex'")),
            new Setting("datestyle", List.of("'ISO, DMY'", "iso, ymd")),
            new Setting("application_name", List.of("'my app'", "other")),
            new Setting("session_replication_role", List.of("replica", "'origin'")),
            new Setting("default_transaction_isolation", List.of("serializable", "'repeatable read'")),
            new Setting("default_transaction_read_only", List.of("on", "off")),
            new Setting("row_security", List.of("off", "on")),
            new Setting("standard_conforming_strings", List.of("off", "on")),
            new Setting("enable_seqscan", List.of("off", "on")),
            new Setting("client_min_messages", List.of("error", "'warning'")));

    /** What the server does not take. */
    static final List<Setting> WRONG = List.of(
            new Setting("no_such_setting", List.of("1")),
            new Setting("work_mem", List.of("'much'", "-5")),
            new Setting("shared_buffers", List.of("'1GB'")),
            new Setting("datestyle", List.of("'yesterday'")),
            new Setting("statement_timeout", List.of("'20 parsecs'")),
            new Setting("timezone", List.of("'Middle/Earth'")));

    static final List<String> ZONES = List.of("'UTC'", "'Asia/Tokyo'", "'America/New_York'", "'+3'");

    static final List<String> LEVELS = List.of("read committed", "repeatable read", "serializable", "read uncommitted");

    /** The question for its value: what was set for one transaction only reads as empty afterwards, not as null. */
    static String question(String name) {
        return name.contains(".")
                ? "coalesce(current_setting('" + name + "', true), '')"
                : "current_setting('" + name + "')";
    }

    String value(Dice dice) {
        return dice.one(values);
    }
}
