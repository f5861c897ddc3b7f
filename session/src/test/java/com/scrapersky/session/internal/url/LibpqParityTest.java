package com.scrapersky.session.internal.url;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a connection string says is what libpq says that it says. */
class LibpqParityTest {

    static Stream<String> strings() {
        return Stream.concat(LibpqUrls.URIS.stream(), LibpqUrls.KEYWORDS.stream());
    }

    @Test
    void theJudgeIsLibpq18() {
        assertThat(Libpq.version()).isBetween(18_00_00, 18_99_99);
        assertThat(strings()).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(60);
    }

    @ParameterizedTest
    @MethodSource("strings")
    void saysTheSameAsLibpq(String text) {
        assertThat(Ours.parse(text)).isEqualTo(Libpq.parse(text));
    }

    /** Hosts with their ports, user and password, made from libpq's answer by libpq's documented rules. */
    @ParameterizedTest
    @MethodSource("strings")
    void resolvesWhatLibpqParsed(String text) {
        Optional<ConnectionSettings> settings = Ours.settings(text);
        Optional<Map<String, String>> answer = Libpq.parse(text);
        if (settings.isEmpty()) {
            return;
        }
        Map<String, String> values = answer.orElseThrow();
        assertThat(settings.get().endpoints()).isEqualTo(endpoints(values));
        assertThat(settings.get().user()).isEqualTo(given(values, "user"));
        assertThat(settings.get().password()).isEqualTo(given(values, "password"));
        assertThat(settings.get().givenDatabase()).isEqualTo(given(values, "dbname"));
    }

    private static String given(Map<String, String> values, String name) {
        String value = values.getOrDefault(name, "");
        return value.isEmpty() ? null : value;
    }

    private static List<Endpoint> endpoints(Map<String, String> values) {
        String hosts = values.containsKey("hostaddr") ? values.get("hostaddr") : values.getOrDefault("host", "");
        String[] ports = values.getOrDefault("port", "").split(",", -1);
        List<Endpoint> endpoints = new ArrayList<>();
        for (String host : hosts.split(",", -1)) {
            String port = ports[ports.length == 1 ? 0 : endpoints.size()];
            endpoints.add(new Endpoint(
                    host.isEmpty() ? "localhost" : host, port.isEmpty() ? 5432 : Integer.parseInt(port.trim())));
        }
        return endpoints;
    }

    /**
     * What {@code PQconninfoParse} does not look at: ports, counts and the values of single parameters. The judge is
     * {@code PQconnectdb}, on an address where nothing listens.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "port=1",
                "port=0",
                "port=-1",
                "port=65535",
                "port=65536",
                "port=abc",
                "port=1.0",
                "port=0x1",
                "port=+1",
                "port=' 1 '",
                "port=''",
                "port=\u0661",
                "port=1,2",
                "port=1,",
                "port=99999999999",
                "port='1 1'",
                "host=127.0.0.1,127.0.0.1 port=1",
                "host=127.0.0.1,127.0.0.1 port=1,1",
                "host=127.0.0.1,127.0.0.1 port=1,1,1",
                "host=127.0.0.1,127.0.0.1 port=,",
                "hostaddr=127.0.0.1 port=1",
                "hostaddr=127.0.0.1,127.0.0.1 port=1",
                "connect_timeout=3",
                "connect_timeout=0",
                "connect_timeout=-4",
                "connect_timeout=' 3 '",
                "connect_timeout=''",
                "connect_timeout=abc",
                "connect_timeout=3.5",
                "connect_timeout=99999999999",
                "keepalives=0",
                "keepalives=1",
                "keepalives=2",
                "keepalives=abc",
                "keepalives=''",
                "keepalives_idle=0",
                "keepalives_idle=x",
                "tcp_user_timeout=0",
                "tcp_user_timeout=x",
                "sslmode=disable",
                "sslmode=allow",
                "sslmode=prefer",
                "sslmode=require",
                "sslmode=verify-ca",
                "sslmode=verify-full",
                "sslmode=Require",
                "sslmode=''",
                "sslmode=yes",
                "target_session_attrs=any",
                "target_session_attrs=read-write",
                "target_session_attrs=read-only",
                "target_session_attrs=primary",
                "target_session_attrs=standby",
                "target_session_attrs=prefer-standby",
                "target_session_attrs=Primary",
                "target_session_attrs=''",
                "target_session_attrs=master",
                "channel_binding=disable",
                "channel_binding=prefer",
                "channel_binding=x",
                "channel_binding=''",
                "gssencmode=disable",
                "gssencmode=prefer",
                "gssencmode=allow",
                "gssencmode=''",
                "load_balance_hosts=random",
                "load_balance_hosts=disable",
                "load_balance_hosts=x",
                "load_balance_hosts=''",
                "require_auth=md5",
                "require_auth='!md5,!password'",
                "require_auth='md5,!password'",
                "require_auth='md5,md5'",
                "require_auth='md5,'",
                "require_auth=none",
                "require_auth=x",
                "require_auth=''",
                "sslnegotiation=postgres",
                "sslnegotiation=direct",
                "sslnegotiation='direct' sslmode=require",
                "sslnegotiation=''",
                "sslrootcert=system",
                "sslrootcert=system sslmode=require",
                "sslrootcert=system sslmode=verify-full",
                "sslcertmode=allow",
                "sslcertmode=''",
                "ssl_min_protocol_version=TLSv1.2",
                "ssl_min_protocol_version=''",
                "ssl_min_protocol_version=x",
                "ssl_max_protocol_version=TLSv1.3",
                "ssl_max_protocol_version=TLSv1.1",
                "min_protocol_version=3.0",
                "min_protocol_version=3.1",
                "min_protocol_version=''",
                "max_protocol_version=latest",
                "max_protocol_version=''",
                "client_encoding=''",
                "sslsni=''",
                "replication=''",
                "application_name=''"
            })
    void refusesTheValuesThatLibpqRefuses(String text) {
        String complete = (text.contains("host") ? "" : "host=127.0.0.1 ")
                + (text.contains("port") ? "" : "port=1 ")
                + (text.contains("connect_timeout") ? "" : "connect_timeout=1 ")
                + text;
        assertThat(Ours.settings(complete).isEmpty()).isEqualTo(Libpq.refusesToConnect(complete));
    }

    @Test
    void knowsEveryParameterOfLibpqAndWhichOfThemAreSecret() {
        Map<String, String> parameters = Libpq.parameters();
        assertThat(LibpqParameters.ALL.stream().map(Parameter::name))
                .containsExactlyInAnyOrderElementsOf(parameters.keySet());
        // libpq itself hides scram_client_key and scram_server_key in another way.
        assertThat(LibpqParameters.ALL.stream().filter(Parameter::secret).map(Parameter::name))
                .containsAll(parameters.keySet().stream()
                        .filter(name -> parameters.get(name).equals("*"))
                        .toList());
    }
}
