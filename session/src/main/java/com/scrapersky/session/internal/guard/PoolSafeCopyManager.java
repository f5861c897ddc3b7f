package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.sql.SQLException;
import org.postgresql.copy.CopyDual;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;
import org.postgresql.util.ByteStreamWriter;

/**
 * COPY with the session's settings. A whole copy in autocommit runs in a transaction of its own where something is set; one
 * that the program feeds by itself needs a transaction then.
 */
final class PoolSafeCopyManager extends CopyManager {

    private final VirtualSession session;

    PoolSafeCopyManager(VirtualSession session) throws SQLException {
        super(session.driver());
        this.session = session;
    }

    private interface Copy {
        long run() throws SQLException, IOException;
    }

    private long whole(String sql, Copy copy) throws SQLException, IOException {
        KnownText text = session.know(sql);
        if (!session.isStraight(text)) {
            Boarding.board(session, text);
        }
        try {
            return SeparateSettings.aroundCopy(session, text.mayHideState(), text.names(), () -> {
                session.executes(false);
                try {
                    return copy.run();
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            });
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        } catch (SQLException failed) {
            throw session.failed(failed);
        }
    }

    /** Before a copy that goes on after the call returns. */
    private void ready(String sql) throws SQLException {
        KnownText text = session.know(sql);
        boolean autoCommit = session.connection().getAutoCommit() && !session.isInTransaction();
        if (autoCommit && (!session.state().isSettled() || text.mayHideState())) {
            throw session.guard()
                    .refusal(
                            SessionFeature.SETTING,
                            "a COPY that is fed piece by piece, in autocommit on a session that has set something; call"
                                    + " setAutoCommit(false) first");
        }
        SeparateSettings.tell(session);
        session.executes(false);
        if (text.mayHideState()) {
            session.state().hiddenStatePossible(text.names());
        }
    }

    @Override
    public CopyIn copyIn(String sql) throws SQLException {
        ready(sql);
        return super.copyIn(sql);
    }

    @Override
    public CopyOut copyOut(String sql) throws SQLException {
        ready(sql);
        return super.copyOut(sql);
    }

    @Override
    public CopyDual copyDual(String sql) throws SQLException {
        ready(sql);
        return super.copyDual(sql);
    }

    @Override
    public long copyOut(String sql, Writer to) throws SQLException, IOException {
        return whole(sql, () -> super.copyOut(sql, to));
    }

    @Override
    public long copyOut(String sql, OutputStream to) throws SQLException, IOException {
        return whole(sql, () -> super.copyOut(sql, to));
    }

    @Override
    public long copyIn(String sql, Reader from) throws SQLException, IOException {
        return whole(sql, () -> super.copyIn(sql, from));
    }

    @Override
    public long copyIn(String sql, Reader from, int bufferSize) throws SQLException, IOException {
        return whole(sql, () -> super.copyIn(sql, from, bufferSize));
    }

    @Override
    public long copyIn(String sql, InputStream from) throws SQLException, IOException {
        return whole(sql, () -> super.copyIn(sql, from));
    }

    @Override
    public long copyIn(String sql, InputStream from, int bufferSize) throws SQLException, IOException {
        return whole(sql, () -> super.copyIn(sql, from, bufferSize));
    }

    @Override
    public long copyIn(String sql, ByteStreamWriter from) throws SQLException, IOException {
        return whole(sql, () -> super.copyIn(sql, from));
    }
}
