package com.scrapersky.session.frameworks.jooq;

import static org.jooq.impl.DSL.constraint;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.sequence;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.table;

import com.scrapersky.session.frameworks.Transcript;
import com.scrapersky.session.frameworks.UserProgram;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** jOOQ: transactions and their savepoints, batches, returning, cursors and streams, session settings, metadata. */
final class JooqProgram implements UserProgram {

    private static final Table<Record> BOOK = table(name("book"));
    private static final Field<Long> ID = field(name("id"), SQLDataType.BIGINT.generatedByDefaultAsIdentity());
    private static final Field<String> TITLE = field(name("title"), SQLDataType.VARCHAR(100));
    private static final Field<Integer> PAGES = field(name("pages"), SQLDataType.INTEGER);

    @Override
    public void run(DataSource dataSource, Transcript transcript) throws Exception {
        new Steps(DSL.using(dataSource, SQLDialect.POSTGRES), transcript).run();
    }

    private record Steps(DSLContext db, Transcript transcript) {

        void run() throws Exception {
            db.createTable(BOOK)
                    .columns(ID, TITLE, PAGES)
                    .constraints(constraint().primaryKey(ID), constraint().unique(TITLE))
                    .execute();
            db.createSequence("shelf").startWith(100).execute();
            transcript.transactions(() -> backend(db));
            transcript.transactions(() -> db.transactionResult(inner -> backend(inner.dsl())));
            returning();
            batches();
            transactions();
            isolation();
            cursors();
            errors();
            sessionSettings();
            sequences();
            metadata();
        }

        private static int backend(DSLContext context) {
            return context.fetchSingle("select pg_backend_pid()").into(Integer.class);
        }

        private static String transaction(DSLContext context) {
            return context.fetchSingle("select current_setting('transaction_isolation')")
                    .into(String.class);
        }

        private int books() {
            return db.fetchCount(BOOK);
        }

        private void returning() {
            transcript.saw(
                    "returning",
                    db.insertInto(BOOK, TITLE, PAGES)
                            .values("Dune", 600)
                            .values("Emma", 400)
                            .returningResult(ID, TITLE)
                            .fetch()
                            .map(row -> row.value1() + " " + row.value2()));
            transcript.saw(
                    "upsert",
                    db.insertInto(BOOK, TITLE, PAGES)
                            .values("Dune", 604)
                            .onConflict(TITLE)
                            .doUpdate()
                            .set(PAGES, 604)
                            .returning(ID, PAGES)
                            .fetchSingle()
                            .formatJSON());
            transcript.saw(
                    "update returning",
                    db.update(BOOK).set(PAGES, PAGES.plus(1)).returningResult(PAGES).fetch().getValues(PAGES).stream()
                            .sorted()
                            .toList());
        }

        private void batches() {
            var insert = db.batch(db.insertInto(BOOK, TITLE, PAGES).values((String) null, null));
            IntStream.range(0, 60).forEach(n -> insert.bind("volume " + n, n));
            transcript.saw("batch", Arrays.stream(insert.execute()).sum());
            transcript.saw(
                    "several statements",
                    Arrays.toString(db.batch(
                                    db.update(BOOK).set(PAGES, 1).where(PAGES.lt(10)),
                                    db.deleteFrom(BOOK).where(PAGES.eq(59)))
                            .execute()));
        }

        private void transactions() {
            transcript.outcome(
                    "rolled back",
                    () -> db.transaction(configuration -> {
                        DSLContext inner = configuration.dsl();
                        inner.deleteFrom(BOOK).execute();
                        throw new IllegalStateException("as asked");
                    }));
            transcript.saw("books", books());
            db.transaction(configuration -> {
                DSLContext outer = configuration.dsl();
                outer.update(BOOK).set(PAGES, 700).where(TITLE.eq("Dune")).execute();
                // A transaction within one is a savepoint.
                transcript.outcome(
                        "nested",
                        () -> outer.transaction(nested -> nested.dsl()
                                .insertInto(BOOK, TITLE)
                                .values("Dune")
                                .execute()));
                outer.transaction(nested -> nested.dsl()
                        .update(BOOK)
                        .set(PAGES, 500)
                        .where(TITLE.eq("Emma"))
                        .execute());
            });
            transcript.saw(
                    "pages",
                    db.select(sum(PAGES))
                            .from(BOOK)
                            .where(TITLE.in("Dune", "Emma"))
                            .fetchSingle()
                            .value1());
        }

        /** As jOOQ's manual has it: on the connection. */
        private void isolation() {
            db.connection(connection -> {
                connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                DSLContext same = DSL.using(connection, SQLDialect.POSTGRES);
                transcript.saw("serializable", same.transactionResult(inner -> transaction(inner.dsl())));
                transcript.saw("and again", same.transactionResult(inner -> transaction(inner.dsl())));
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            });
            transcript.saw("next", db.transactionResult(inner -> transaction(inner.dsl())));
        }

        private void cursors() {
            db.transaction(configuration -> {
                try (Cursor<Record> books = configuration
                        .dsl()
                        .select()
                        .from(BOOK)
                        .orderBy(ID)
                        .fetchSize(7)
                        .fetchLazy()) {
                    int read = 0;
                    while (books.hasNext()) {
                        read += books.fetchNext(5).size();
                    }
                    transcript.saw("lazily", read);
                }
                try (Stream<Integer> pages = configuration
                        .dsl()
                        .select(PAGES)
                        .from(BOOK)
                        .orderBy(ID)
                        .fetchSize(10)
                        .fetchStreamInto(Integer.class)) {
                    transcript.saw("stream", pages.mapToInt(Integer::intValue).sum());
                }
            });
            transcript.saw(
                    "lazily in autocommit",
                    db.select(PAGES)
                            .from(BOOK)
                            .orderBy(ID)
                            .fetchSize(10)
                            .fetchStream()
                            .count());
        }

        private void errors() {
            transcript.outcome(
                    "duplicate", () -> db.insertInto(BOOK, TITLE).values("Dune").execute());
            transcript.outcome("no such table", () -> db.fetch("select * from nowhere"));
            transcript.outcome(
                    "timeout",
                    () -> db.resultQuery("select pg_sleep(20)").queryTimeout(1).fetch());
            transcript.saw("books", books());
        }

        private void sessionSettings() {
            db.createSchema("other").execute();
            db.execute("create table other.book (title text)");
            db.execute("insert into other.book values ('of the other schema')");
            db.connection(connection -> {
                DSLContext same = DSL.using(connection, SQLDialect.POSTGRES);
                same.setSchema("other").execute();
                transcript.saw("in the other schema", same.fetchValue("select string_agg(title, ',') from book"));
                same.set(name("statement_timeout"), DSL.inline("8s")).execute();
                transcript.saw("timeout", same.fetchValue("show statement_timeout"));
                same.transaction(inner -> {
                    inner.dsl()
                            .setLocal(name("statement_timeout"), DSL.inline("3s"))
                            .execute();
                    transcript.saw("local timeout", inner.dsl().fetchValue("show statement_timeout"));
                });
                transcript.saw("timeout after it", same.fetchValue("show statement_timeout"));
                same.execute("reset all");
                transcript.saw("reset", same.fetchValue("select current_schema()"));
            });
            transcript.saw("books", books());
        }

        private void sequences() {
            transcript.saw("next value", db.nextval(sequence(name("shelf"))));
            db.transaction(configuration -> {
                DSLContext inner = configuration.dsl();
                transcript.saw("values", inner.nextvals(sequence(name("shelf")), 3));
                transcript.saw("current value", inner.currval(sequence(name("shelf"))));
                inner.insertInto(BOOK, TITLE).values("the last one").execute();
                transcript.saw("last id", inner.lastID());
            });
        }

        private void metadata() {
            transcript.saw(
                    "columns",
                    db.meta().getTables("book").stream()
                            .map(book -> book.getQualifiedName() + " "
                                    + List.of(book.fields()).stream()
                                            .map(Field::getName)
                                            .toList())
                            .sorted()
                            .toList());
            transcript.saw(
                    "counted", db.select(count()).from(BOOK).fetchSingle().value1());
        }
    }
}
