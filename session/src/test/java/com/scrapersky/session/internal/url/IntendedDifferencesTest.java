package com.scrapersky.session.internal.url;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where this library's answer is not libpq's, and why. A row on which both agree does not belong here. */
class IntendedDifferencesTest {

    private static final String OLD = "a parameter of the former system, so that its configuration goes on working";
    private static final String TOOL = "a parameter of another tool whose URLs are widely used";
    private static final String DRIVER = "a property of pgjdbc under its own name";
    private static final String SHIFTED = "an unescaped at-sign: a piece of the password would become visible";
    private static final String CANNOT = "libpq can do it and pgjdbc cannot: refused by name, not ignored";
    private static final String FORM = "a form that is not libpq's";

    /** What each of the two says; null where it refuses. */
    record Row(String text, String libpq, String ours, String reason) {}

    static List<Row> rows() {
        String plain = "postgresql://h:5432/d";
        return List.of(
                new Row("postgresql+asyncpg://h/d", null, plain, FORM),
                new Row("postgres+psycopg2://h/d", null, plain, FORM),
                new Row("postgresql+psycopg://u:p@[::1]:7/d", null, "postgresql://u:****@[::1]:7/d", FORM),
                new Row("jdbc:postgresql://h/d", null, plain, FORM),
                new Row("jdbc:postgresql:d", null, "postgresql://localhost:5432/d", FORM),
                new Row("jdbc:postgresql:///", null, "postgresql://localhost:5432", FORM),
                new Row("postgresql://h/d?raw_sql=true", null, plain + "?raw_sql=true", OLD),
                new Row("postgresql://h/d?no_prepare=true", null, plain + "?no_prepare=true", OLD),
                new Row("postgresql://h/d?statement_cache_size=0", null, plain + "?statement_cache_size=0", OLD),
                new Row(
                        "postgresql://h/d?prepared_statement_cache_size=0",
                        null,
                        plain + "?prepared_statement_cache_size=0",
                        OLD),
                new Row("postgresql://h/d?ssl=require", null, plain + "?ssl=require", TOOL),
                new Row("host=h dbname=d ssl=true", null, plain + "?ssl=true", TOOL),
                new Row("postgresql://h/d?pgbouncer=true", null, plain + "?pgbouncer=true", TOOL),
                new Row("postgresql://h/d?schema=app", null, plain + "?schema=app", TOOL),
                new Row("postgresql://h/d?prepareThreshold=0", null, plain + "?prepareThreshold=0", DRIVER),
                new Row("host=h dbname=d tcpKeepAlive=true", null, plain + "?tcpKeepAlive=true", DRIVER),
                new Row("postgresql://u:p@ss@h/d", "postgresql://u:****@ss@h/d", null, SHIFTED),
                new Row("postgresql://u:12/34@h/d", "postgresql://u:12/34@h/d", null, SHIFTED),
                new Row(
                        "user=mepassword=secret",
                        "a user",
                        null,
                        "a forgotten separator: the password would be shown with the user"),
                new Row("postgresql:///d?host=/var/run/postgresql", "a socket", null, CANNOT),
                new Row("host=/var/run/postgresql", "a socket", null, CANNOT),
                new Row("host=@abstract", "a socket", null, CANNOT),
                new Row("host=h service=x", "an entry of a file", null, CANNOT),
                new Row("host=h passfile=pgpass.txt", "a file", null, CANNOT),
                new Row("host=h sslcrl=x", "a file", null, CANNOT),
                new Row("host=h keepalives_idle=30", "a socket option", null, CANNOT),
                new Row("host=h replication=database", "a replication connection", null, CANNOT),
                new Row("host=h client_encoding=LATIN1", "an encoding", null, CANNOT),
                new Row("host=h hostaddr=127.0.0.1 sslmode=verify-full", "an address", null, CANNOT),
                new Row(
                        "postgresql://h/d%FF",
                        "a byte",
                        null,
                        "to libpq a name is bytes; Java's strings are Unicode, so the bytes must be UTF-8"),
                new Row("host=h\tport=1 user='\t' host='a b'", "a host with a space", null, "no host has such a name"),
                new Row("", "nothing but defaults", null, "an empty text is a variable that was not set"),
                new Row("  ", "nothing but defaults", null, "an empty text is a variable that was not set"));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void differsAsIntended(Row row) {
        assertThat(Libpq.parse(row.text()).isPresent()).as("libpq").isEqualTo(row.libpq() != null);
        assertThat(Ours.settings(row.text()).map(ConnectionSettings::toString))
                .as(row.reason())
                .isEqualTo(Optional.ofNullable(row.ours()));
    }
}
