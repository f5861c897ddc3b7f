package com.scrapersky.session;

import com.scrapersky.session.StatementTarget.Need;
import com.scrapersky.session.internal.jdbc.CopyText;
import com.scrapersky.session.internal.sql.CopySql;
import com.scrapersky.session.internal.sql.NamedSql;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOperation;
import org.postgresql.copy.CopyOut;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One COPY in a session's transaction, for long loads: rows or bytes are passed on as they come, and only a block of about
 * 64 kB is held in memory. Made by {@link DatabaseSession#copy(String)}.
 *
 * <pre>{@code
 * long loaded = session.copy("copy people (id, name, tags) from stdin")
 *         .progress((rows, bytes) -> log.info("{} rows, {} bytes", rows, bytes))
 *         .from(people.stream());
 * session.copy("copy people to stdout with (format csv, header)").to(file);
 * }</pre>
 *
 * <p><b>Rows</b> to be loaded are records or maps, whose names must be those of the columns that the COPY lists, all and no
 * other ({@code tenantId} also as {@code tenant_id}); or lists and arrays, and records where the COPY lists no columns, in the
 * order of the columns. Values are as for {@link SqlStatement#param}; null is null. They are written in the text format, so
 * the COPY must have no options. Bytes and characters are sent as they are, in whatever format the COPY names.
 *
 * <p><b>Round trips.</b> Three: BEGIN, where COPY is the first of its transaction, the start, and the end. What the session has
 * set is told with BEGIN.
 *
 * <p><b>Errors.</b> {@link StatementException} and its kinds when the server refuses, with the row that it names; it is told
 * when all has been sent, as the driver does not look before. Where the
 * source, the sink or the progress callback throws, the COPY is cancelled and their own exception comes out; nothing of it is
 * kept, the transaction has failed, and the connection stays usable.
 *
 * <p>Not thread-safe. The session can do nothing else until the COPY is over, so its source cannot be a stream of the same
 * session.
 */
public final class Copy {

    private static final Logger LOG = LoggerFactory.getLogger(Copy.class);

    private static final int BLOCK = 64 * 1024;
    private static final CopyProgress NOBODY = (rows, bytes) -> {};

    private final StatementTarget target;
    private final NamedSql sql;
    private final CopySql copy;
    private CopyProgress progress = NOBODY;

    Copy(StatementTarget target, NamedSql sql) {
        this.target = target;
        this.sql = sql;
        if (!sql.isCopy()) {
            throw refused("the text is no COPY", "use sql(…)");
        }
        if (!sql.names().isEmpty()) {
            throw refused(
                    "a COPY with parameters " + sql.names(), "COPY takes none; copy into a table and go on from there");
        }
        this.copy = CopySql.of(sql.text());
    }

    /** Who hears how far it has come; nobody unless told. */
    public Copy progress(CopyProgress listener) {
        progress = listener;
        return this;
    }

    /** Loads rows; answers how many. The stream is closed. */
    public long from(Stream<?> rows) {
        try (rows) {
            return from(rows.iterator());
        }
    }

    /** Loads rows; answers how many. */
    public long from(Iterable<?> rows) {
        return from(rows.iterator());
    }

    private long from(Iterator<?> rows) {
        requireIn();
        requirePlainText("rows are written");
        CopyRows source = new CopyRows(copy.columns(), sql);
        return load(in -> {
            StringBuilder block = new StringBuilder();
            long count = 0;
            while (rows.hasNext()) {
                source.append(block, rows.next(), ++count);
                if (block.length() >= BLOCK) {
                    in.rows(block, count);
                    block.setLength(0);
                }
            }
            in.rows(block, count);
        });
    }

    /**
     * Loads bytes in the format that the COPY names; answers how many rows they were. The stream is read to its end and left
     * open.
     *
     * @throws IOException if the stream cannot be read; nothing is kept then
     */
    public long from(InputStream bytes) throws IOException {
        requireIn();
        return load(in -> {
            byte[] block = new byte[BLOCK];
            for (int read = bytes.read(block); read >= 0; read = bytes.read(block)) {
                in.bytes(block, read);
            }
        });
    }

    /**
     * Loads characters in the format that the COPY names, text or csv; answers how many rows they were. The reader is read to
     * its end and left open.
     *
     * @throws IOException if it cannot be read; nothing is kept then
     */
    public long from(Reader characters) throws IOException {
        requireIn();
        return load(in -> {
            char[] block = new char[BLOCK];
            int held = 0;
            for (int read = characters.read(block); read >= 0; read = characters.read(block, held, BLOCK - held)) {
                int length = held + read;
                // Half a character at the end waits for its other half.
                held = length > 0 && Character.isHighSurrogate(block[length - 1]) ? 1 : 0;
                in.characters(new String(block, 0, length - held), 0);
                if (held > 0) {
                    block[0] = block[length - 1];
                }
            }
            if (held > 0) {
                in.characters(new String(block, 0, held), 0);
            }
        });
    }

    /**
     * Writes what the server sends, in the format that the COPY names; answers how many rows it was. The stream is left open.
     *
     * @throws IOException if it cannot be written
     */
    public long to(OutputStream bytes) throws IOException {
        requireOut();
        return this.<IOException>unload(bytes::write);
    }

    /**
     * Gives each row to {@code reader}, as the texts of its columns with null for null; answers how many it was. COPY tells no
     * types and no names: {@link SqlStatement#stream(Class)} gives rows that have both, at the price of a round trip for each
     * page.
     */
    public long forEachRow(Consumer<List<@Nullable String>> reader) {
        requireOut();
        requirePlainText("rows are read");
        return this.<RuntimeException>unload(row -> reader.accept(CopyText.columns(row)));
    }

    private <X extends Exception> long load(Source<X> source) throws X {
        try (Lease lease = target.lease(Need.STATEMENT)) {
            CopyIn in = start(lease, manager -> manager.copyIn(sql.text()));
            boolean done = false;
            try {
                Writing writing = new Writing(in);
                source.writeTo(writing);
                long rows = in.endCopy();
                done = true;
                progress.report(rows, writing.bytes);
                return rows;
            } catch (SQLException error) {
                throw failed(lease, error);
            } finally {
                if (!done && in.isActive()) {
                    cancel(in);
                }
            }
        }
    }

    private <X extends Exception> long unload(Sink<X> sink) throws X {
        try (Lease lease = target.lease(Need.STATEMENT)) {
            CopyOut out = start(lease, manager -> manager.copyOut(sql.text()));
            boolean done = false;
            try {
                long rows = 0;
                long bytes = 0;
                long reported = 0;
                for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
                    sink.take(row);
                    rows++;
                    bytes += row.length;
                    if (bytes - reported >= BLOCK) {
                        reported = bytes;
                        progress.report(rows, bytes);
                    }
                }
                done = true;
                progress.report(out.getHandledRowCount(), bytes);
                return out.getHandledRowCount();
            } catch (SQLException error) {
                throw failed(lease, error);
            } finally {
                if (!done && out.isActive()) {
                    stop(lease, out);
                }
            }
        }
    }

    private <C extends CopyOperation> C start(Lease lease, Start<C> start) {
        try {
            return start.on(lease.connection().unwrap(PGConnection.class).getCopyAPI());
        } catch (SQLException error) {
            throw failed(lease, error);
        }
    }

    private DatabaseException failed(Lease lease, SQLException error) {
        DatabaseException failure = Errors.copy(error, lease.phase(), sql);
        lease.failed(failure);
        return failure;
    }

    /** CopyFail; the server's answer to it is an error as it should be, and the failure that led here is being told. */
    private static void cancel(CopyIn in) {
        try {
            in.cancelCopy();
        } catch (SQLException secondary) {
            LOG.debug("a COPY that failed could not be cancelled", secondary);
        }
    }

    /**
     * A cancel request, and everything that is still under way is read: the driver's own cancelCopy() would leave that to the
     * next statement ({@code QueryExecutorImpl.cancelCopy}, pgjdbc 42.7.14).
     */
    private static void stop(Lease lease, CopyOut out) {
        try {
            lease.connection().unwrap(PGConnection.class).cancelQuery();
            byte[] rest = out.readFromCopy();
            while (rest != null) {
                rest = out.readFromCopy();
            }
        } catch (SQLException cancelled) {
            LOG.debug("a COPY was cancelled", cancelled);
        }
    }

    private void requireIn() {
        if (!copy.fromClient()) {
            throw refused("no COPY … FROM STDIN", "write one, or use to(…)");
        }
    }

    private void requireOut() {
        if (!copy.toClient()) {
            throw refused("no COPY … TO STDOUT", "write one, or use from(…)");
        }
    }

    private void requirePlainText(String what) {
        if (!copy.plainText()) {
            throw refused(
                    "a COPY with options: " + what + " in the text format", "take the options out, or give bytes");
        }
    }

    private InvalidStatementException refused(String what, String wayOut) {
        return Errors.invalidStatement(what + " — in: " + sql.abbreviated(Errors.SHOWN_SQL), wayOut);
    }

    @FunctionalInterface
    private interface Start<C> {
        C on(CopyManager manager) throws SQLException;
    }

    @FunctionalInterface
    private interface Source<X extends Exception> {
        void writeTo(Writing in) throws SQLException, X;
    }

    @FunctionalInterface
    private interface Sink<X extends Exception> {
        void take(byte[] row) throws X;
    }

    /** Passes blocks on and tells how far it has come. */
    private final class Writing {

        private final CopyIn in;
        private long bytes;

        Writing(CopyIn in) {
            this.in = in;
        }

        void rows(StringBuilder block, long rows) throws SQLException {
            characters(block.toString(), rows);
        }

        void characters(String block, long rows) throws SQLException {
            byte[] encoded = block.getBytes(StandardCharsets.UTF_8);
            pass(encoded, encoded.length, rows);
        }

        void bytes(byte[] block, int length) throws SQLException {
            pass(block, length, 0);
        }

        private void pass(byte[] block, int length, long rows) throws SQLException {
            in.writeToCopy(block, 0, length);
            bytes += length;
            progress.report(rows, bytes);
        }
    }
}
