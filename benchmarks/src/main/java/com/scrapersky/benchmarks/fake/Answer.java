package com.scrapersky.benchmarks.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the fake server says to one text, as bytes of the protocol that are made once.
 *
 * @param description RowDescription, or NoData
 * @param rows the DataRows and CommandComplete
 * @param transaction what becomes of the client's transaction
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Answer(byte[] description, byte[] rows, Transaction transaction) {

    /** What a statement does to the transaction of its session. */
    enum Transaction {
        BEGINS,
        GOES_ON,
        ENDS
    }

    /** A column: its name and the OID of its type. */
    record Column(String name, int type, int length) {}

    static Answer none(String tag) {
        return none(tag, Transaction.GOES_ON);
    }

    static Answer begun() {
        return none("BEGIN", Transaction.BEGINS);
    }

    static Answer ended(String tag) {
        return none(tag, Transaction.ENDS);
    }

    private static Answer none(String tag, Transaction transaction) {
        return new Answer(message('n', out -> {}), body(List.of(), tag), transaction);
    }

    static Answer empty() {
        byte[] noData = message('n', out -> {});
        return new Answer(noData, message('I', out -> {}), Transaction.GOES_ON);
    }

    static Answer of(List<Column> columns, List<List<@Nullable String>> rows) {
        byte[] description = message('T', out -> {
            out.writeShort(columns.size());
            for (Column column : columns) {
                string(out, column.name());
                out.writeInt(0);
                out.writeShort(0);
                out.writeInt(column.type());
                out.writeShort(column.length());
                out.writeInt(-1);
                out.writeShort(0);
            }
        });
        return new Answer(description, body(rows, "SELECT " + rows.size()), Transaction.GOES_ON);
    }

    private static byte[] body(List<List<@Nullable String>> rows, String tag) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (List<@Nullable String> row : rows) {
            all.writeBytes(message('D', out -> {
                out.writeShort(row.size());
                for (String value : row) {
                    if (value == null) {
                        out.writeInt(-1);
                    } else {
                        byte[] bytes = value.getBytes(UTF_8);
                        out.writeInt(bytes.length);
                        out.write(bytes);
                    }
                }
            }));
        }
        all.writeBytes(message('C', out -> string(out, tag)));
        return all.toByteArray();
    }

    static void string(DataOutputStream out, String text) throws IOException {
        out.write(text.getBytes(UTF_8));
        out.writeByte(0);
    }

    /** A message of the protocol: kind, length, content. */
    static byte[] message(char kind, Content content) {
        try {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            content.write(new DataOutputStream(body));
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(all);
            out.writeByte(kind);
            out.writeInt(4 + body.size());
            body.writeTo(out);
            return all.toByteArray();
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
    }

    /** Writes what stands in a message. */
    @FunctionalInterface
    interface Content {
        void write(DataOutputStream out) throws IOException;
    }
}
