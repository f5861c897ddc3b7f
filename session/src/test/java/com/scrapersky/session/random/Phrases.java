package com.scrapersky.session.random;

import static com.scrapersky.session.random.Feature.CLIENT_INFO;
import static com.scrapersky.session.random.Feature.DATA;
import static com.scrapersky.session.random.Feature.ISOLATION;
import static com.scrapersky.session.random.Feature.METADATA;
import static com.scrapersky.session.random.Feature.OPEN_TRANSACTION;
import static com.scrapersky.session.random.Feature.READ_ONLY;
import static com.scrapersky.session.random.Feature.SCHEMA;
import static com.scrapersky.session.random.Feature.TRANSACTION;

import com.scrapersky.session.random.Menu.Choice;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Steps that belong together, for one client. */
final class Phrases {

    /** Writes its lines into a script. */
    interface Phrase {
        void write(Script script);
    }

    private final Names names;
    private final Dice dice;
    private final DataTexts data;
    private final Set<Feature> features;
    private final Menu<String> texts;
    private final Menu<Phrase> inTransaction;
    private final Menu<Phrase> anywhere;

    Phrases(String client, Dice dice, Set<Feature> features) {
        this.names = new Names(client, dice);
        this.dice = dice;
        this.features = features;
        this.data = new DataTexts(names);
        this.texts = new Menu<>(dice, features);
        data.offer(texts);
        new SettingTexts(names).offer(texts);
        new SessionTexts(names).offer(texts);
        this.inTransaction = new Menu<>(dice, features);
        offer(inTransaction);
        this.anywhere = new Menu<>(dice, features);
        offer(anywhere);
        anywhere.add(TRANSACTION, 12, () -> this::transaction)
                .add(TRANSACTION, 7, () -> this::sqlTransaction)
                .add(TRANSACTION, 4, () -> this::reborrow)
                .add(ISOLATION, 4, () -> script -> script.add(ISOLATION, isolation()))
                .add(
                        READ_ONLY,
                        3,
                        () -> script -> script.add(READ_ONLY, new ConnectionStep.SetReadOnly(dice.chance(60))));
    }

    private void offer(Menu<Phrase> menu) {
        menu.add(DATA, 40, () -> this::statement)
                .add(DATA, 6, () -> this::batch)
                .add(DATA, 3, () -> this::changeRow)
                .add(DATA, 4, () -> this::cursor)
                .add(DATA, 2, () -> this::copy)
                .add(DATA, 1, () -> script -> script.add(DATA, new DriverStep.WholeLargeObject()))
                .add(TRANSACTION, 4, () -> this::savepoint)
                .add(TRANSACTION, 2, () -> script -> script.add(TRANSACTION, stray()))
                .add(SCHEMA, 5, () -> this::schema)
                .add(CLIENT_INFO, 2, () -> this::clientInfo)
                .add(METADATA, 5, () -> script -> script.add(METADATA, question()));
        new PreparedPhrases(names, data).offer(menu);
        new SessionPhrases(names).offer(menu);
    }

    void write(Script script) {
        while (!script.isFull()) {
            anywhere.pick().value().write(script);
        }
        tidyUp(script);
    }

    private void reborrow(Script script) {
        tidyUp(script);
        script.add(TRANSACTION, new ConnectionStep.Reborrow());
    }

    /** Before the connection is given back; a pool by itself does not end a transaction that JDBC knows nothing of. */
    private void tidyUp(Script script) {
        if (!features.contains(OPEN_TRANSACTION) || dice.chance(70)) {
            script.addLast(TRANSACTION, StatementStep.Execute.of("rollback"));
        }
    }

    private void statement(Script script) {
        int parts = dice.chance(80) ? 1 : dice.between(2, 4);
        List<String> statements = new ArrayList<>();
        Feature feature = DATA;
        for (int part = 0; part < parts; part++) {
            Choice<String> text = texts.pick();
            statements.add(text.value());
            // The text is about what is hardest to do.
            feature = text.feature().ordinal() > feature.ordinal() ? text.feature() : feature;
        }
        if (parts > 1 && dice.chance(20)) {
            statements.add(0, "begin");
            statements.add(dice.one("commit", "rollback", "end"));
        }
        Disguise disguise = dice.chance(60) ? Disguise.NONE : dice.one(Disguise.values());
        StatementStep.How how = dice.chance(75) ? StatementStep.How.EXECUTE : dice.one(StatementStep.How.values());
        script.add(feature, new StatementStep.Execute(new SqlText(List.copyOf(statements), disguise), how));
    }

    private void inner(Script script, int most) {
        for (int count = dice.between(1, most); count > 0; count--) {
            inTransaction.pick().value().write(script);
        }
    }

    private void transaction(Script script) {
        script.add(TRANSACTION, new ConnectionStep.SetAutoCommit(false));
        inner(script, 5);
        while (dice.chance(30)) {
            script.add(TRANSACTION, end());
            inner(script, 4);
        }
        if (dice.chance(90)) {
            script.add(TRANSACTION, end());
        }
        if (dice.chance(75)) {
            script.add(TRANSACTION, new ConnectionStep.SetAutoCommit(true));
        }
    }

    private Step end() {
        return dice.chance(70) ? new ConnectionStep.Commit() : new ConnectionStep.Rollback();
    }

    private void sqlTransaction(Script script) {
        script.add(
                TRANSACTION,
                sql(dice.one(
                        "begin",
                        "start transaction",
                        "begin isolation level serializable",
                        "begin read only",
                        "begin work; select 1",
                        "start transaction isolation level repeatable read, read write")));
        inner(script, 4);
        if (dice.chance(25)) {
            script.add(TRANSACTION, sql("savepoint s"));
            inner(script, 2);
            script.add(TRANSACTION, sql(dice.one("rollback to s", "rollback to savepoint s", "release s")));
        }
        script.add(
                TRANSACTION,
                sql(dice.one(
                        "commit",
                        "commit",
                        "end",
                        "rollback",
                        "abort",
                        "commit and chain; select 1; commit",
                        "rollback and chain; select 2; rollback",
                        "select 1; commit; select 2")));
    }

    private Step sql(String text) {
        return new StatementStep.Execute(
                new SqlText(List.of(text), dice.chance(70) ? Disguise.NONE : dice.one(Disguise.values())),
                StatementStep.How.EXECUTE);
    }

    private void savepoint(Script script) {
        String slot = "s" + dice.between(1, 2);
        script.add(TRANSACTION, new ConnectionStep.SetSavepoint(slot, dice.chance(40) ? "name of " + slot : null));
        inner(script, 3);
        script.add(
                TRANSACTION, dice.chance(65) ? new ConnectionStep.RollbackTo(slot) : new ConnectionStep.Release(slot));
    }

    /** A call that may not be allowed where it comes. */
    private Step stray() {
        return dice.one(
                new ConnectionStep.Commit(),
                new ConnectionStep.Rollback(),
                new ConnectionStep.RollbackTo("s1"),
                new ConnectionStep.SetAutoCommit(dice.chance(50)),
                new ConnectionStep.SetReadOnly(dice.chance(50)));
    }

    private Step isolation() {
        return new ConnectionStep.SetIsolation(dice.one(
                Connection.TRANSACTION_READ_COMMITTED,
                Connection.TRANSACTION_REPEATABLE_READ,
                Connection.TRANSACTION_SERIALIZABLE,
                Connection.TRANSACTION_READ_UNCOMMITTED));
    }

    private void schema(Script script) {
        script.add(
                SCHEMA, new ConnectionStep.SetSchema(dice.chance(85) ? names.schema() : dice.one("public", "nowhere")));
        if (dice.chance(40)) {
            script.add(SCHEMA, new ConnectionStep.GetSchema());
        }
    }

    private void clientInfo(Script script) {
        script.add(
                CLIENT_INFO,
                dice.chance(60)
                        ? new ConnectionStep.SetClientInfo("ApplicationName", dice.one("shop", "it's mine", ""))
                        : new ConnectionStep.GetClientInfo("ApplicationName"));
    }

    private Step question() {
        return switch (dice.below(6)) {
            case 0 -> new ConnectionStep.GetIsolation();
            case 1 -> new ConnectionStep.GetSchema();
            case 2 -> new ConnectionStep.IsValid();
            case 3 -> new DriverStep.Identity();
            case 4 -> new DriverStep.Tables(names.schema());
            default -> new ConnectionStep.GetIsolation();
        };
    }

    private void batch(Script script) {
        List<String> writes = new ArrayList<>();
        for (int count = dice.between(1, 4); count > 0; count--) {
            writes.add(
                    dice.chance(80)
                            ? "update " + names.table("item") + " set n = n + 1 where id = " + names.id()
                            : "insert into " + names.table("item") + " (code) values ('" + names.code() + "')");
        }
        Feature feature = DATA;
        if (dice.chance(30)) {
            Choice<String> other = texts.pick();
            writes.add(dice.below(writes.size() + 1), other.value());
            feature = other.feature();
        }
        script.add(feature, new StatementStep.Batch(List.copyOf(writes)));
    }

    private void changeRow(Script script) {
        script.add(
                DATA,
                new StatementStep.ChangeRow(
                        names.table("item"), names.id(), dice.one(StatementStep.RowChange.values())));
    }

    private void cursor(Script script) {
        String slot = "r" + dice.between(1, 2);
        script.add(DATA, new CursorStep.Open(slot, data.query(), dice.between(1, 3)));
        for (int count = dice.between(1, 3); count > 0; count--) {
            script.add(DATA, new CursorStep.Read(slot, dice.between(1, 3)));
            if (dice.chance(40)) {
                statement(script);
            }
        }
        if (dice.chance(60)) {
            script.add(DATA, new CursorStep.Close(slot));
        }
    }

    private void copy(Script script) {
        script.add(
                DATA,
                dice.chance(50)
                        ? new DriverStep.CopyIn(names.table("item"), names.code() + "\t1\n" + names.code() + "\t2\n")
                        : new DriverStep.CopyOut(data.query()));
    }
}
