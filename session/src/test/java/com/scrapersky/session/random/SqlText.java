package com.scrapersky.session.random;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One or more statements in one text, in disguise. */
record SqlText(List<String> statements, Disguise disguise) {

    static SqlText plain(String statement) {
        return new SqlText(List.of(statement), Disguise.NONE);
    }

    String text() {
        return disguise.of(String.join("; ", statements));
    }

    List<SqlText> simpler() {
        Stream<SqlText> bare =
                disguise == Disguise.NONE ? Stream.of() : Stream.of(new SqlText(statements, Disguise.NONE));
        Stream<SqlText> shorter = statements.size() == 1
                ? Stream.of()
                : IntStream.range(0, statements.size())
                        .mapToObj(left -> new SqlText(without(statements, left), disguise));
        return Stream.concat(bare, shorter).collect(Collectors.toList());
    }

    static List<String> without(List<String> texts, int index) {
        List<String> left = new ArrayList<>(texts);
        left.remove(index);
        return List.copyOf(left);
    }
}
