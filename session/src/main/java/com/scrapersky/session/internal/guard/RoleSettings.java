package com.scrapersky.session.internal.guard;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the database wants to hold for the roles that contexts may act as: {@code ALTER ROLE … SET}, for all databases or for
 * this one. A login gets it from the server; SET LOCAL ROLE does not (PostgreSQL, utils/init/postinit.c:
 * process_settings), so it is told with the role. Immutable.
 */
final class RoleSettings {

    /** PostgreSQL has the right to a parameter since this version, and a function that tells of it. */
    private static final int WITH_PARAMETER_PRIVILEGES = 15;

    static final RoleSettings NONE = new RoleSettings(Map.of(), List.of());

    private final Map<String, Settings> settings;

    /** What somebody should know who wonders why a role does not work as it was meant to. */
    private final List<String> remarks;

    private RoleSettings(Map<String, Settings> settings, List<String> remarks) {
        this.settings = settings;
        this.remarks = remarks;
    }

    Settings of(String role) {
        return settings.getOrDefault(role, Settings.NONE);
    }

    List<String> remarks() {
        return remarks;
    }

    /** One round trip. The role that asks does not matter: what is asked about is the login. */
    static RoleSettings read(Connection connection, Set<String> roles) throws SQLException {
        Map<String, Settings> settings = new HashMap<>();
        List<String> remarks = new ArrayList<>();
        Set<String> missing = new TreeSet<>(roles);
        Array names = connection.createArrayOf("text", roles.toArray());
        try (PreparedStatement question = connection.prepareStatement(question(connection))) {
            question.setArray(1, names);
            try (ResultSet rows = question.executeQuery()) {
                while (rows.next()) {
                    String role = rows.getString(1);
                    if (missing.remove(role) && !rows.getBoolean(2)) {
                        remarks.add("the login is no member of the role " + role + ": grant " + SqlLiteral.name(role)
                                + " to it, or SET ROLE fails with 42501");
                    }
                    String setting = rows.getString(3);
                    if (setting != null) {
                        take(role, setting, rows.getBoolean(4), settings, remarks);
                    }
                }
            }
        }
        missing.forEach(role -> remarks.add("there is no role " + role + " in this database"));
        return new RoleSettings(settings, remarks);
    }

    private static void take(
            String role, String setting, boolean settable, Map<String, Settings> settings, List<String> remarks) {
        int sign = setting.indexOf('=');
        String name = setting.substring(0, sign);
        if (!settable) {
            remarks.add(name + " of the role " + role + " is not applied: the login may not set it in a session");
            return;
        }
        Settings known = settings.getOrDefault(role, Settings.NONE);
        settings.put(role, known.with(name.toLowerCase(Locale.ROOT), setting.substring(sign + 1)));
    }

    /** Those of this database come last, and win. The driver speaks UTF-8 whatever a role would like. */
    private static String question(Connection connection) throws SQLException {
        boolean privileges = connection.getMetaData().getDatabaseMajorVersion() >= WITH_PARAMETER_PRIVILEGES;
        String granted = privileges
                ? " or pg_catalog.has_parameter_privilege(session_user::text, p.name, 'SET') and p.context = 'superuser'"
                : " or p.context = 'superuser' and (select rolsuper from pg_catalog.pg_roles where rolname = session_user)";
        return "select r.rolname, pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER'), c.setting,"
                + " pg_catalog.lower(c.name) not in ('role', 'session_authorization', 'client_encoding') and"
                + " (p.context = 'user' or p.name is null and c.name like '%.%'" + granted + ")"
                + " from pg_catalog.pg_roles r"
                + " left join pg_catalog.pg_db_role_setting s on s.setrole = r.oid and (s.setdatabase = 0 or s.setdatabase ="
                + " (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))"
                + " left join lateral (select u as setting, pg_catalog.split_part(u, '=', 1) as name"
                + " from pg_catalog.unnest(s.setconfig) u) c on true"
                + " left join pg_catalog.pg_settings p on pg_catalog.lower(p.name) = pg_catalog.lower(c.name)"
                + " where r.rolname = any(?) order by r.rolname, s.setdatabase";
    }
}
