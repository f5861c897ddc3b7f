package com.scrapersky.session;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/** HikariCP takes 0A000 for a broken connection; PostgreSQL says it of any statement with an unsupported feature. */
final class KeptOnUnsupportedFeature implements SQLExceptionOverride {

    @java.lang.Override
    public SQLExceptionOverride.Override adjudicate(SQLException error) {
        return "0A000".equals(error.getSQLState())
                ? SQLExceptionOverride.Override.DO_NOT_EVICT
                : SQLExceptionOverride.Override.CONTINUE_EVICT;
    }
}
