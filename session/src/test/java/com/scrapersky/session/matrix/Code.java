package com.scrapersky.session.matrix;

import java.util.ArrayList;
import java.util.List;

/** The functions, triggers and blocks of PL/pgSQL in which statements hide. */
final class Code {

    private Code() {}

    /** All that the rows find in the database. */
    static List<String> definitions() {
        List<String> statements = new ArrayList<>(List.of("create schema matrix"));
        List<StateText> texts = new ArrayList<>(StateTexts.virtual());
        texts.addAll(StateTexts.moving());
        for (StateText text : texts) {
            String inCode = text.inCode();
            if (inCode != null) {
                statements.add("create function matrix.f" + name(text)
                        + "() returns text language plpgsql as $body$ begin " + inCode + "; return 'done'; end $body$");
                statements.add("create table matrix.t" + name(text) + " (id int)");
                statements.add("create function matrix.on" + name(text)
                        + "() returns trigger language plpgsql as $body$ begin " + inCode
                        + "; return new; end $body$");
                statements.add("create trigger at_insert before insert on matrix.t" + name(text)
                        + " for each row execute function matrix.on" + name(text) + "()");
            }
        }
        statements.addAll(HiddenRows.definitions());
        statements.addAll(DriverRows.definitions());
        return statements;
    }

    /** What the objects of a text are called. */
    static String name(StateText text) {
        return "_" + Integer.toHexString((text.feature() + text.text() + text.given()).hashCode());
    }

    /** A call of the function that does what the text does. */
    static String functionCall(StateText text) {
        return "select matrix.f" + name(text) + "()";
    }

    /** An insert whose trigger does what the text does. */
    static String insert(StateText text) {
        return "insert into matrix.t" + name(text) + " values (1)";
    }

    /** A block that does it by a statement in a string. */
    static String block(StateText text) {
        String inCode = String.valueOf(text.inCode());
        return inCode.startsWith("perform ")
                ? "DO $$ BEGIN " + inCode + "; END $$"
                : "DO $$ BEGIN EXECUTE '" + inCode.replace("'", "''") + "'; END $$";
    }
}
