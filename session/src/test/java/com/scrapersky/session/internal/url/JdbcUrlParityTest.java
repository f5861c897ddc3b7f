package com.scrapersky.session.internal.url;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;

/** For {@code jdbc:postgresql:} the judge is pgjdbc's own parser. */
class JdbcUrlParityTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql:database",
                "jdbc:postgresql:",
                "jdbc:postgresql:/",
                "jdbc:postgresql:/database",
                "jdbc:postgresql://",
                "jdbc:postgresql:///",
                "jdbc:postgresql:///database",
                "jdbc:postgresql://host",
                "jdbc:postgresql://host/",
                "jdbc:postgresql://host/database",
                "jdbc:postgresql://host:5433/database",
                "jdbc:postgresql://host:/database",
                "jdbc:postgresql://host:0/database",
                "jdbc:postgresql://host:65536/database",
                "jdbc:postgresql://host:abc/database",
                "jdbc:postgresql://host:5433,other/database",
                "jdbc:postgresql://host,other:5434/database",
                "jdbc:postgresql://[::1]/database",
                "jdbc:postgresql://[::1]:5433/database",
                "jdbc:postgresql://[::1]:5433,host:1/database",
                "jdbc:postgresql://::1:5433/database",
                "jdbc:postgresql://host/data%20base+x",
                "jdbc:postgresql://host/data%zzbase",
                "jdbc:postgresql://host/a/b",
                "jdbc:postgresql:a/b",
                "jdbc:postgresql://host/database?",
                "jdbc:postgresql://host/database?user=u&password=p%26a+b%2B",
                "jdbc:postgresql://host/database?user=u&user=v",
                "jdbc:postgresql://host/database?password=a=b",
                "jdbc:postgresql://host/database?tcpKeepAlive",
                "jdbc:postgresql://host/database?tcpKeepAlive=true&&prepareThreshold=0&",
                "jdbc:postgresql://host/database?sslmode=require&sslpassword=x",
                "jdbc:postgresql://host/database?options=-c%20search_path=app",
                "jdbc:postgresql://host/database?ApplicationName=a%20b",
                "jdbc:postgresql://host/database?user=%zz",
                "jdbc:postgresql://host/database?host=other&port=5433&dbname=more",
                "jdbc:postgresql:database?PGHOST=other&PGPORT=5433",
                "jdbc:postgresql://?user=u",
                "jdbc:postgresql:?user=u",
                "jdbc:postgresql://host?user=u",
                "JDBC:postgresql://host/database"
            })
    void saysTheSameAsPgjdbc(String text) {
        Properties theirs = Driver.parseURL(text, null);
        assertThat(Ours.settings(text).map(JdbcUrlParityTest::asProperties).orElse(null))
                .isEqualTo(theirs == null ? null : completed(theirs));
    }

    /** What we make for the driver, read by the driver. */
    private static Map<String, String> asProperties(ConnectionSettings settings) {
        Properties properties = new Properties();
        properties.putAll(settings.driverProperties());
        Properties read = Driver.parseURL(settings.jdbcUrl(), properties);
        read.putAll(properties);
        return completed(read);
    }

    private static Map<String, String> completed(Properties properties) {
        Map<String, String> all = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> all.put(name, properties.getProperty(name)));
        all.put("PGHOST", all.get("PGHOST").replaceAll("^$", "localhost").replaceAll("[\\[\\]]", ""));
        String database = all.getOrDefault("PGDBNAME", "");
        all.put("PGDBNAME", database.isEmpty() ? all.getOrDefault("user", System.getProperty("user.name")) : database);
        return all;
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://user:secret@host:5432/database, pgjdbc takes 'user:secret@host' for the host and logs it",
        "jdbc:postgresql://host/database?unheard_of=1, pgjdbc ignores a misspelt parameter",
        "jdbc:postgresql://host/database?service=x, the file would change the host behind our back",
        "jdbc:postgresql:///database?host=/var/run, a socket directory without a socket factory",
        "jdbc:postgresql://h%41/database, pgjdbc does not decode hosts"
    })
    void refusesWhatPgjdbcOnlySeemsToAccept(String text, String reason) {
        assertThat(Ours.settings(text)).as(reason).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"ssl=true, verify-full", "ssl, verify-full", "ssl=false, ", "ssl=true&sslmode=require, require"})
    void readsSslAsPgjdbcDoes(String query, String sslmode) {
        assertThat(Ours.settings("jdbc:postgresql://host/database?" + query)
                        .orElseThrow()
                        .driverProperties()
                        .get("sslmode"))
                .isEqualTo(sslmode);
    }
}
