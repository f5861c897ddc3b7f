package com.scrapersky.session.internal.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * What a COPY says about the data that travel with it.
 *
 * @param fromClient COPY … FROM STDIN
 * @param toClient COPY … TO STDOUT
 * @param columns the columns that it lists, folded as PostgreSQL folds, or none
 * @param plainText whether the data are in the text format with its defaults: no options stand behind it
 */
public record CopySql(boolean fromClient, boolean toClient, List<String> columns, boolean plainText) {

    public CopySql {
        columns = List.copyOf(columns);
    }

    /** Reads a text; what is no COPY is one of neither, and what the server will refuse anyway is read as far as it goes. */
    public static CopySql of(String text) {
        Statement copy = SqlTokens.of(text).statement(0);
        if (!copy.isWord(copy.from(), "copy")) {
            return new CopySql(false, false, List.of(), false);
        }
        int at = copy.from() + 1;
        List<String> columns = new ArrayList<>();
        if (copy.isSymbol(at, '(')) {
            at = copy.behindParenthesis(at);
        } else {
            at++;
            while (copy.isSymbol(at, '.')) {
                at += 2;
            }
            if (copy.isSymbol(at, '(')) {
                int end = copy.behindParenthesis(at);
                for (int i = at; i < end; i++) {
                    if (copy.isIdentifier(i)) {
                        columns.add(copy.identifier(i));
                    }
                }
                at = end;
            }
        }
        boolean fromClient = copy.areWords(at, "from", "stdin");
        boolean toClient = copy.areWords(at, "to", "stdout");
        int rest = at + 2;
        boolean plainText = !copy.has(rest) || copy.isWord(rest, "where");
        return new CopySql(fromClient, toClient, columns, plainText);
    }
}
