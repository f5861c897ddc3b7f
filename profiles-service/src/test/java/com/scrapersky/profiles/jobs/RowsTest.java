package com.scrapersky.profiles.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which row of a text a mistake is in: by its own number, also where it cannot be read at all. */
class RowsTest {

    /** Lines are separated by {@code ;}, and {@code ~} is a value that is too long. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "na\"me               | 0",
                "name,name            | 0",
                "nmae                 | 0",
                "nmae;1               | 0",
                "name,;1,2            | 0",
                ";1                   | 0",
                "name;\"b             | 1",
                "name;1;\"b           | 2",
                "name;1;;;\"b\"c      | 2",
                "name;1;2;b\"         | 3",
                "name,bio;1,2;;3      | 2",
                "name,bio;1,2;3,4,5   | 2",
                "name;1;~             | 2",
                "name;\"1;2\";\"3;4   | 2",
            })
    void ofCsv(String text, long row) {
        assertThat(rejected(() -> new CsvRows(reader(text)))).isEqualTo(row);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "[]                   | 1",
                "{};{                 | 2",
                "{};;  ;null          | 2",
                "{};{};~              | 3",
                ";~                   | 1",
            })
    void ofNdjson(String text, long row) {
        assertThat(rejected(() -> new NdjsonRows(reader(text)))).isEqualTo(row);
    }

    @Test
    void emptyLinesAreNoRows() {
        List<Map<String, Object>> rows = new ArrayList<>();
        new CsvRows(reader("name,bio;;1,;\"\",2;;")).forEachRemaining(rows::add);

        assertThat(rows).hasSize(2);
        assertThat(rows.get(0)).containsEntry("name", "1").containsEntry("bio", null);
        assertThat(rows.get(1)).containsEntry("name", "").containsEntry("bio", "2");
    }

    private static StringReader reader(String text) {
        return new StringReader(text.replace(";", "\n").replace("~", "x".repeat(200_000)));
    }

    private static long rejected(Supplier<Iterator<Map<String, Object>>> rows) {
        RejectedRowException refusal = catchThrowableOfType(
                RejectedRowException.class,
                () -> rows.get().forEachRemaining(row -> assertThat(row).isNotNull()));
        assertThat(refusal).isNotNull();
        return refusal.row();
    }
}
