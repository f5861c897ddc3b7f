package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import java.sql.Array;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.copy.CopyManager;
import org.postgresql.fastpath.Fastpath;
import org.postgresql.jdbc.AutoSave;
import org.postgresql.jdbc.PreferQueryMode;
import org.postgresql.largeobject.LargeObjectManager;
import org.postgresql.replication.PGReplicationConnection;
import org.postgresql.util.PGobject;

/** pgjdbc's own interface of a pool-safe connection: what sends statements finds the session's settings. */
@SuppressWarnings("deprecation")
final class PoolSafePgConnection implements PGConnection {

    private final VirtualSession session;

    PoolSafePgConnection(VirtualSession session) throws SQLException {
        this.session = session;
        // Once found, the session has it for as long as it lives, also after a move.
        session.driver();
    }

    private PGConnection driver() {
        try {
            return session.driver();
        } catch (SQLException lost) {
            throw new IllegalStateException(lost);
        }
    }

    @Override
    public CopyManager getCopyAPI() throws SQLException {
        // Of a closed connection the driver tells itself.
        CopyManager drivers = driver().getCopyAPI();
        return session.hasOwnBackend() ? drivers : new PoolSafeCopyManager(session);
    }

    /** Large objects live in transactions. */
    @Override
    public LargeObjectManager getLargeObjectAPI() throws SQLException {
        tell();
        return driver().getLargeObjectAPI();
    }

    @Override
    public Fastpath getFastpathAPI() throws SQLException {
        tell();
        return driver().getFastpathAPI();
    }

    private void tell() throws SQLException {
        if (!session.connection().getAutoCommit()) {
            SeparateSettings.tell(session);
        }
    }

    /** Stays as it is: behind the pooler statements have no names. */
    @Override
    public void setPrepareThreshold(int threshold) {
        if (session.hasOwnBackend() || driver().getPrepareThreshold() != 0) {
            driver().setPrepareThreshold(threshold);
        }
    }

    @Override
    public int getPrepareThreshold() {
        return driver().getPrepareThreshold();
    }

    @Override
    public Array createArrayOf(String typeName, @Nullable Object elements) throws SQLException {
        return driver().createArrayOf(typeName, elements);
    }

    @Override
    public PGNotification[] getNotifications() throws SQLException {
        Boarding.reach(session, SessionFeature.NOTIFICATIONS_CALL);
        return driver().getNotifications();
    }

    @Override
    public PGNotification[] getNotifications(int timeoutMillis) throws SQLException {
        Boarding.reach(session, SessionFeature.NOTIFICATIONS_CALL);
        return driver().getNotifications(timeoutMillis);
    }

    @Override
    public void addDataType(String type, String className) {
        driver().addDataType(type, className);
    }

    @Override
    public void addDataType(String type, Class<? extends PGobject> klass) throws SQLException {
        driver().addDataType(type, klass);
    }

    @Override
    public void setDefaultFetchSize(int fetchSize) throws SQLException {
        driver().setDefaultFetchSize(fetchSize);
    }

    @Override
    public int getDefaultFetchSize() {
        return driver().getDefaultFetchSize();
    }

    @Override
    public void setQueryTimeout(int seconds) throws SQLException {
        driver().setQueryTimeout(seconds);
    }

    @Override
    public int getQueryTimeout() {
        return driver().getQueryTimeout();
    }

    @Override
    public int getBackendPID() {
        return driver().getBackendPID();
    }

    @Override
    public void cancelQuery() throws SQLException {
        driver().cancelQuery();
    }

    @Override
    public String escapeIdentifier(String identifier) throws SQLException {
        return driver().escapeIdentifier(identifier);
    }

    @Override
    public String escapeLiteral(String literal) throws SQLException {
        return driver().escapeLiteral(literal);
    }

    @Override
    public PreferQueryMode getPreferQueryMode() {
        return driver().getPreferQueryMode();
    }

    @Override
    public AutoSave getAutosave() {
        return driver().getAutosave();
    }

    @Override
    public void setAutosave(AutoSave autoSave) {
        driver().setAutosave(autoSave);
    }

    @Override
    public PGReplicationConnection getReplicationAPI() {
        return driver().getReplicationAPI();
    }

    @Override
    public void alterUserPassword(String user, char[] newPassword, @Nullable String encryptionType)
            throws SQLException {
        driver().alterUserPassword(user, newPassword, encryptionType);
    }

    @Override
    public Map<String, String> getParameterStatuses() {
        return driver().getParameterStatuses();
    }

    @Override
    public @Nullable String getParameterStatus(String parameterName) {
        return driver().getParameterStatus(parameterName);
    }

    @Override
    public void setAdaptiveFetch(boolean adaptiveFetch) {
        driver().setAdaptiveFetch(adaptiveFetch);
    }

    @Override
    public boolean getAdaptiveFetch() {
        return driver().getAdaptiveFetch();
    }
}
