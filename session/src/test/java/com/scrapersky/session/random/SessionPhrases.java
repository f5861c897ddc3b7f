package com.scrapersky.session.random;

import static com.scrapersky.session.random.Feature.ADVISORY_LOCK;
import static com.scrapersky.session.random.Feature.CURRVAL;
import static com.scrapersky.session.random.Feature.HIDDEN;
import static com.scrapersky.session.random.Feature.HOLD;
import static com.scrapersky.session.random.Feature.LISTEN;
import static com.scrapersky.session.random.Feature.SEED;
import static com.scrapersky.session.random.Feature.SQL_PREPARE;
import static com.scrapersky.session.random.Feature.TEMP_TABLE;

import com.scrapersky.session.random.Phrases.Phrase;
import java.util.function.Supplier;

/** What needs a backend of its own, as it is used: something is made, and something is done with it. */
final class SessionPhrases {

    private final Names names;
    private final Dice dice;
    private final SessionTexts texts;

    SessionPhrases(Names names) {
        this.names = names;
        this.dice = names.dice();
        this.texts = new SessionTexts(names);
    }

    void offer(Menu<Phrase> menu) {
        menu.add(LISTEN, 1, () -> this::listen)
                .add(
                        ADVISORY_LOCK,
                        1,
                        () -> used(ADVISORY_LOCK, "select pg_try_advisory_lock(" + names.key() + ")", texts::lock))
                .add(TEMP_TABLE, 1, () -> used(TEMP_TABLE, "create temp table temporary (n int)", texts::temporary))
                .add(
                        HOLD,
                        1,
                        () -> used(
                                HOLD,
                                "begin; declare held cursor with hold for select i from generate_series(1, 9) i; commit",
                                texts::hold))
                .add(SQL_PREPARE, 1, () -> used(SQL_PREPARE, "prepare plan (int) as select $1 + 1", texts::prepare))
                .add(
                        CURRVAL,
                        1,
                        () -> used(
                                CURRVAL,
                                "insert into " + names.schema() + ".item (code) values ('" + names.code() + "')",
                                texts::currval))
                .add(SEED, 1, () -> script -> script.add(SEED, new DriverStep.Seeded()))
                .add(
                        HIDDEN,
                        1,
                        () -> used(
                                HIDDEN,
                                "select public.hidden_table('temporary'), public.hidden_lock(" + names.key() + ")",
                                () -> dice.one(
                                        "insert into temporary values (3)",
                                        "select count(*) from temporary",
                                        "select pg_advisory_unlock(" + names.key() + ")")));
    }

    private Phrase used(Feature feature, String first, Supplier<String> next) {
        return script -> {
            script.add(feature, StatementStep.Execute.of(first));
            for (int count = dice.between(1, 4); count > 0; count--) {
                script.add(feature, StatementStep.Execute.of(next.get()));
            }
        };
    }

    private void listen(Script script) {
        script.add(LISTEN, StatementStep.Execute.of("listen " + names.channel()));
        for (int count = dice.between(1, 2); count > 0; count--) {
            script.add(LISTEN, StatementStep.Execute.of(texts.listen()));
        }
        script.add(LISTEN, StatementStep.Execute.of("notify " + names.channel() + ", 'now'"));
        script.add(LISTEN, new DriverStep.Notifications());
    }
}
