package com.scrapersky.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseUrl.Host;
import com.scrapersky.session.DatabaseUrl.Translation;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGProperty;

class DatabaseUrlTest {

    private static final String REF = "abcdefghijklmnopqrst";
    private static final String POOLER = "aws-0-eu-west-1.pooler.supabase.com";

    @Test
    void readsEveryPart() {
        DatabaseUrl url = DatabaseUrl.parse(
                "postgresql://role:s%40cret@one:5433,[::1]/data?application_name=app&sslmode=require");
        assertThat(url.hosts()).containsExactly(new Host("one", 5433), new Host("::1", 5432));
        assertThat(url.user()).contains("role");
        assertThat(url.hasPassword()).isTrue();
        assertThat(url.database()).isEqualTo("data");
        assertThat(url.applicationName()).contains("app");
        assertThat(url.parameters())
                .containsExactly(Map.entry("application_name", "app"), Map.entry("sslmode", "require"));
        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://one:5433,[::1]:5432/data");
        assertThat(url.driverProperties())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("user", "role", "password", "s@cret", "ApplicationName", "app", "sslmode", "require"));
    }

    @Test
    void hasLibpqsDefaults() {
        assertThat(DatabaseUrl.parse("postgresql://role@").database()).isEqualTo("role");
        assertThat(DatabaseUrl.parse("postgresql://").database()).isEqualTo(System.getProperty("user.name"));
        assertThat(DatabaseUrl.parse("postgresql://").hosts()).containsExactly(new Host("localhost", 5432));
        assertThat(DatabaseUrl.parse("postgresql://").driverProperties()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "connect_timeout=5 | connectTimeout=5 loginTimeout=5",
                "connect_timeout=1 | connectTimeout=1 loginTimeout=1",
                "connect_timeout=-1 | connectTimeout=0 loginTimeout=0",
                "connect_timeout=5&host=a,b | connectTimeout=5 loginTimeout=10",
                "connect_timeout=5&loginTimeout=7 | connectTimeout=5 loginTimeout=7",
                "keepalives=1 | tcpKeepAlive=true",
                "keepalives=0 | tcpKeepAlive=false",
                "keepalives=0&tcpKeepAlive=true | tcpKeepAlive=true",
                "target_session_attrs=any | targetServerType=any",
                "target_session_attrs=read-write | targetServerType=primary",
                "target_session_attrs=primary | targetServerType=primary",
                "target_session_attrs=read-only | targetServerType=secondary",
                "target_session_attrs=standby | targetServerType=secondary",
                "target_session_attrs=prefer-standby | targetServerType=preferSecondary",
                "load_balance_hosts=random | loadBalanceHosts=true",
                "channel_binding=require | channelBinding=require",
                "gssencmode=disable | gssEncMode=disable",
                "krbsrvname=x | kerberosServerName=x",
                "require_auth=scram-sha-256,md5 | requireAuth=scram-sha-256,md5",
                "sslmode=verify-full&sslrootcert=ca.pem | sslmode=verify-full sslrootcert=ca.pem",
                "sslrootcert=system | sslmode=verify-full sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory",
                "sslmode=require&sslnegotiation=direct | sslmode=require sslNegotiation=direct",
                "ssl=true | sslmode=require",
                "ssl=verify-full | sslmode=verify-full",
                "options=-c%20a%3Db | options=-c a=b",
                "fallback_application_name=a | ApplicationName=a",
                "fallback_application_name=a&application_name=b | ApplicationName=b",
                "prepareThreshold=3&currentSchema=app | prepareThreshold=3 currentSchema=app",
                "statement_cache_size=0 | prepareThreshold=0",
                "prepared_statement_cache_size=0 | prepareThreshold=0",
                "no_prepare=true | prepareThreshold=0",
                "no_prepare=true&prepareThreshold=5 | prepareThreshold=5",
                "no_prepare=false | ''",
                "statement_cache_size=50 | preparedStatementCacheQueries=50",
                "statement_cache_size=0&prepared_statement_cache_size=50 | prepareThreshold=0 preparedStatementCacheQueries=50",
                "prepared_statements=false | prepareThreshold=0",
                "raw_sql=true | ''",
                "schema=app | currentSchema=app",
                "client_encoding=UTF8&sslcompression=0&sslsni=1&keepalives_idle=0 | ''"
            })
    void translatesToTheDriversProperties(String query, String expected) {
        String properties = String.join(
                " ",
                DatabaseUrl.parse("postgresql://h/d?" + query).driverProperties().entrySet().stream()
                        .map(Object::toString)
                        .toList());
        assertThat(DatabaseUrl.parse("postgresql://h/d?" + query)
                        .driverProperties()
                        .keySet())
                .allSatisfy(name -> assertThat(PGProperty.forName(name)).isNotNull());
        assertThat(properties.split(" ")).containsExactlyInAnyOrder(expected.split(" "));
    }

    @Test
    void reportsWhatBecameOfTheFormerSystemsParameters() {
        DatabaseUrl url =
                DatabaseUrl.parse("postgresql+asyncpg://u:p@h/d?raw_sql=true&no_prepare=true&statement_cache_size=0");
        assertThat(url.translations())
                .extracting(Translation::parameter)
                .containsExactlyInAnyOrder("raw_sql", "no_prepare", "statement_cache_size");
        assertThat(url.translations()).contains(new Translation("raw_sql", "true", "nothing: no library ever read it"));
        assertThat(url.driverProperties()).containsEntry("prepareThreshold", "0");
    }

    @Test
    void handsPrismasParametersToTheFactory() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://h/d?pgbouncer=true&connection_limit=7&pool_timeout=20");
        assertThat(url.transactionPooler()).contains(true);
        assertThat(url.connectionLimit()).isEqualTo(OptionalInt.of(7));
        assertThat(url.poolTimeout()).contains(Duration.ofSeconds(20));
        assertThat(url.driverProperties()).isEmpty();
        assertThat(DatabaseUrl.parse("postgresql://h/d").transactionPooler()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://h/d?statement_cache_size=-1",
                "postgresql://h/d?statement_cache_size=many",
                "postgresql://h/d?no_prepare=perhaps",
                "postgresql://h/d?connection_limit=0",
                "postgresql://h/d?pool_timeout=-1",
                "postgresql://h/d?ssl=perhaps",
                "postgresql://h/d?pgbouncer="
            })
    void refusesValuesWithoutMeaning(String text) {
        assertThatThrownBy(() -> DatabaseUrl.parse(text)).isInstanceOf(InvalidDatabaseUrlException.class);
    }

    @Test
    void anErrorSaysTheWayOutAndShowsNothing() {
        assertThatThrownBy(() -> DatabaseUrl.parse("postgresql://u:12/s3cret@h/d"))
                .isInstanceOfSatisfying(InvalidDatabaseUrlException.class, refused -> {
                    assertThat(refused.getMessage())
                            .contains("'@'")
                            .contains("Percent-encode")
                            .doesNotContain("s3cret");
                    assertThat(refused.getCause()).isNull();
                    assertThat(refused.neverSent()).isTrue();
                    assertThat(refused.isRetryable()).isFalse();
                });
        assertThatThrownBy(() -> DatabaseUrl.parse("postgresql://h/d?aplication_name=x"))
                .hasMessageContaining("Perhaps application_name was meant");
        assertThatThrownBy(() -> DatabaseUrl.parse("postgresql://h/d?prepare_threshold=0"))
                .hasMessageContaining("Perhaps prepareThreshold was meant");
        assertThatThrownBy(() -> DatabaseUrl.parse("host=/var/run/postgresql"))
                .hasMessageContaining("Unix-domain socket")
                .hasMessageContaining("localhost");
    }

    @Test
    void showsNoSecretAndReadsItsOwnText() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://us%3Aer:s3cret@h/d%20b?sslpassword=s3cret&options=a%26b");
        assertThat(url).hasToString("postgresql://us%3Aer:****@h:5432/d%20b?sslpassword=****&options=a%26b");
        assertThat(url.parameters()).containsOnlyKeys("options");
        DatabaseUrl plain = DatabaseUrl.parse("postgresql://us%3Aer@[fe80::1%25lo],h:1/d%20b?options=a%26b");
        assertThat(DatabaseUrl.parse(plain.toString())).isEqualTo(plain);
    }

    @Test
    void isAValueWhoseHashTellsNothingOfThePassword() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://u:one@h/d");
        assertThat(url).isEqualTo(DatabaseUrl.parse("host=h user=u password=one dbname=d"));
        assertThat(url).isNotEqualTo(url.withPassword("two")).hasSameHashCodeAs(url.withPassword("two"));
        assertThat(url.withPassword(null).hasPassword()).isFalse();
        assertThat(url.withUser("v").user()).contains("v");
        assertThat(url.withDatabase("e").database()).isEqualTo("e");
        assertThat(url.withHost("g", 7).hosts()).containsExactly(new Host("g", 7));
        assertThat(url.driverProperties()).containsEntry("password", "one");
        assertThatThrownBy(() -> url.withHost("g", 0)).isInstanceOf(InvalidDatabaseUrlException.class);
    }

    @Test
    void knowsSupabasesAddresses() {
        DatabaseUrl url =
                DatabaseUrl.parse("postgresql://postgres." + REF + ":p@" + POOLER + ":6543/postgres?pgbouncer=true");
        assertThat(url.tenant()).contains(REF);
        assertThat(url.directUrl())
                .contains(DatabaseUrl.parse("postgresql://postgres:p@db." + REF + ".supabase.co:5432/postgres"));
        assertThat(url.sessionUrl())
                .contains(DatabaseUrl.parse("postgresql://postgres." + REF + ":p@" + POOLER + ":5432/postgres"));

        DatabaseUrl byOption =
                DatabaseUrl.parse("postgresql://postgres:p@" + POOLER + ":6543/postgres?options=reference%3D" + REF);
        assertThat(byOption.tenant()).contains(REF);
        assertThat(byOption.directUrl()).isEqualTo(url.directUrl());

        DatabaseUrl dedicated = DatabaseUrl.parse("postgresql://postgres:p@db." + REF + ".supabase.co:6543/postgres");
        assertThat(dedicated.directUrl()).isEqualTo(url.directUrl());
        assertThat(dedicated.sessionUrl()).isEmpty();
        assertThat(dedicated.tenant()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://u@h/d",
                "postgresql://u.tenant@h:6543/d",
                "postgresql://u.t@a.pooler.supabase.com,b.pooler.supabase.com/d",
                "postgresql://u@pooler.supabase.com.example:6543/d"
            })
    void saysNothingAboutOtherServers(String text) {
        assertThat(DatabaseUrl.parse(text).directUrl()).isEmpty();
        assertThat(DatabaseUrl.parse(text).sessionUrl()).isEmpty();
    }

    @Test
    void theEnvironmentsUrlComesFirst() {
        Map<String, String> both = Map.of("DATABASE_URL", " postgresql://h/d\n", "SUPABASE_POOLER_HOST", "x");
        assertThat(DatabaseUrl.fromEnvironment(both)).isEqualTo(DatabaseUrl.parse("postgresql://h/d"));
        assertThatThrownBy(() -> DatabaseUrl.fromEnvironment(Map.of("DATABASE_URL", "s3cret")))
                .isInstanceOf(InvalidDatabaseUrlException.class)
                .hasMessageContaining("DATABASE_URL")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void buildsTheUrlFromSupabasesVariables() {
        Map<String, String> environment = Map.of(
                "SUPABASE_POOLER_HOST",
                POOLER,
                "SUPABASE_POOLER_USER",
                "postgres",
                "SUPABASE_DB_PASSWORD",
                " p@ss/%41",
                "SUPABASE_URL",
                "https://" + REF + ".supabase.co/");
        DatabaseUrl url = DatabaseUrl.fromEnvironment(environment);
        assertThat(url).hasToString("postgresql://postgres." + REF + ":****@" + POOLER + ":6543/postgres");
        assertThat(url.driverProperties()).containsEntry("password", " p@ss/%41");
    }

    @Test
    void needsNoProjectWhereTheUserNamesTheTenant() {
        Map<String, String> environment = Map.of(
                "SUPABASE_POOLER_HOST", "localhost",
                "SUPABASE_POOLER_PORT", "7000",
                "SUPABASE_POOLER_USER", "app.dev",
                "SUPABASE_DB_PASSWORD", "p");
        assertThat(DatabaseUrl.fromEnvironment(environment))
                .hasToString("postgresql://app.dev:****@localhost:7000/postgres");
    }

    @Test
    void listsEveryVariableThatIsMissing() {
        assertThatThrownBy(() ->
                        DatabaseUrl.fromEnvironment(Map.of("SUPABASE_POOLER_USER", "postgres", "DATABASE_URL", " ")))
                .isInstanceOf(InvalidDatabaseUrlException.class)
                .hasMessageContaining("missing: SUPABASE_POOLER_HOST, SUPABASE_DB_PASSWORD, SUPABASE_URL.");
        assertThatThrownBy(() -> DatabaseUrl.fromEnvironment(Map.of()))
                .hasMessageContaining("missing: SUPABASE_POOLER_HOST, SUPABASE_POOLER_USER, SUPABASE_DB_PASSWORD.");
    }

    @ParameterizedTest
    @CsvSource({
        "SUPABASE_POOLER_PORT, s3cret",
        "SUPABASE_POOLER_PORT, 0",
        "SUPABASE_POOLER_HOST, s3cret@h",
        "SUPABASE_URL, s3cret",
        "SUPABASE_URL, https://s3cret.example.com"
    })
    void refusesMalformedVariablesByName(String name, String value) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "SUPABASE_POOLER_HOST",
                POOLER,
                "SUPABASE_POOLER_USER",
                "postgres",
                "SUPABASE_DB_PASSWORD",
                "p",
                "SUPABASE_URL",
                "https://" + REF + ".supabase.co"));
        environment.put(name, value);
        assertThatThrownBy(() -> DatabaseUrl.fromEnvironment(environment))
                .isInstanceOf(InvalidDatabaseUrlException.class)
                .hasMessageContaining(name)
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void theProcessEnvironmentIsReadToo() {
        Optional<DatabaseUrl> fromMap = attempt(() -> DatabaseUrl.fromEnvironment(System.getenv()));
        assertThat(attempt(DatabaseUrl::fromEnvironment)).isEqualTo(fromMap);
    }

    private static Optional<DatabaseUrl> attempt(Supplier<DatabaseUrl> reader) {
        try {
            return Optional.of(reader.get());
        } catch (InvalidDatabaseUrlException missing) {
            return Optional.empty();
        }
    }
}
