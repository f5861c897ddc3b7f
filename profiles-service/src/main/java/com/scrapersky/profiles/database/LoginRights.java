package com.scrapersky.profiles.database;

import com.scrapersky.profiles.ConfigurationException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Row;
import com.scrapersky.session.SessionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.annotation.DependsOn;
import org.springframework.stereotype.Component;

/**
 * Looks, before the first request, at what the login may do: it must be able to become the role of requests, and should be
 * able to do nothing else. A login that owns the tables or is above row-level security works, as Supabase's own does, and is
 * warned about: what would forget to become the role would see every tenant.
 */
@Component
@DependsOn("flywayInitializer")
class LoginRights implements SmartInitializingSingleton {

    private static final Logger LOG = LoggerFactory.getLogger(LoginRights.class);

    private final DatabaseSessionFactory sessions;

    LoginRights(DatabaseSessionFactory sessions) {
        this.sessions = sessions;
    }

    @Override
    public void afterSingletonsInstantiated() {
        Row login = sessions.withContext(SessionContext.none())
                .sql(
                        "select session_user::text as name, pg_has_role(session_user, 'authenticated', 'member') as member,"
                                + " rolsuper or rolbypassrls as above, exists (select from pg_class where oid ="
                                + " to_regclass('profiles') and relowner = pg_roles.oid) as owner"
                                + " from pg_roles where rolname = session_user")
                .row();
        String name = login.getString("name");
        if (!login.getBoolean("member")) {
            throw new ConfigurationException(
                    "The login \"" + name + "\" may not become the role \"authenticated\", which requests act as.",
                    "Run as the owner of the tables: grant authenticated to \"" + name + "\"");
        }
        if (login.getBoolean("above") || login.getBoolean("owner")) {
            LOG.warn(
                    "The login \"{}\" is {}. Requests act as \"authenticated\" all the same, and see their own tenant only; a"
                            + " login of its own, that can do nothing else, would make sure of it: docs/supabase.md.",
                    name,
                    login.getBoolean("above") ? "above row-level security" : "the owner of the table profiles");
        }
    }
}
