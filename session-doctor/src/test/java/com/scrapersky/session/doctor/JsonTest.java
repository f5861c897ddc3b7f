package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.scrapersky.session.doctor.internal.paste.Configurations;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code --json}: what programs go by, held against its published form. */
class JsonTest {

    private static final Path SCHEMA = Path.of("../docs/doctor-report-1.schema.json");

    @Test
    void hasThePublishedForm() throws IOException {
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(SCHEMA), InputFormat.JSON);
        try (PostgresLab postgres = PostgresLab.start();
                TransactionPooler pooler = TransactionPooler.builder(postgres)
                        .handOver(HandOver.LONGEST_IDLE)
                        .start()) {
            String direct = json(postgres.url());
            assertThat(direct).contains("\"outcome\":\"examined\"").doesNotContain(postgres.password());
            Configurations.tools().forEach(tool -> assertThat(direct).contains("\"" + tool + "\":\""));
            assertThat(schema.validate(direct, InputFormat.JSON)).isEmpty();
            assertThat(schema.validate(json(pooler.url()), InputFormat.JSON)).isEmpty();
            String wrong = json(postgres.url().replace(postgres.password(), "wrong"));
            assertThat(wrong).contains("\"outcome\":\"not-authenticated\"", "\"exitCode\":4");
            assertThat(schema.validate(wrong, InputFormat.JSON)).isEmpty();
            assertThat(schema.validate(json("--offline", "postgres://a@h/d"), InputFormat.JSON))
                    .isEmpty();
            assertThat(schema.validate(
                            direct.replace("\"outcome\":\"examined\"", "\"outcome\":\"fine\""), InputFormat.JSON))
                    .as("the schema tells right from wrong")
                    .isNotEmpty();
        }
    }

    @Test
    void withoutAConnection() {
        assertThat(json("postgres://app:secret@127.0.0.1:1/shop"))
                .contains("\"outcome\":\"not-connected\"", "\"exitCode\":3", "\"id\":\"host-unreachable\"")
                .doesNotContain("secret");
    }

    /** One line, and nothing else. */
    private static String json(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "--json";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        String out = Run.of(all).out();
        assertThat(out.lines()).hasSize(1);
        return out;
    }
}
