package com.scrapersky.profiles;

import com.scrapersky.session.DatabaseSession;
import java.io.IOException;
import java.io.OutputStream;

/** In what form all profiles of the session's tenant are written, in the order of lists. One COPY, streamed. */
public enum ProfileExport {
    /** RFC 4180 with a line of names, as an import takes it back. */
    CSV("copy (" + ProfileExport.PROFILES + ") to stdout with (format csv, header)"),

    /** A JSON object in each line. The marks for values are those that JSON never has unescaped. */
    NDJSON("copy (select row_to_json(profile) from (" + ProfileExport.PROFILES
            + ") profile) to stdout with (format csv, quote e'\\x01', delimiter e'\\x02')");

    /** COPY takes no parameters; the tenant is that of the session's claims, as for the policies. */
    private static final String PROFILES =
            "select id, name, email, avatar_url, role, bio, tenant_id, active, created_at,"
                    + " updated_at from profiles where tenant_id = profiles_tenant() order by created_at, id";

    private final String copy;

    ProfileExport(String copy) {
        this.copy = copy;
    }

    /** Writes them; answers how many there were. */
    public long write(DatabaseSession session, OutputStream out) throws IOException {
        return session.copy(copy).to(out);
    }
}
