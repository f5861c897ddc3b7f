package com.scrapersky.session.internal.url;

import static com.scrapersky.session.internal.url.Meanings.mapped;
import static com.scrapersky.session.internal.url.Meanings.never;
import static com.scrapersky.session.internal.url.Meanings.oneOf;
import static com.scrapersky.session.internal.url.Meanings.onlyAsDefault;
import static com.scrapersky.session.internal.url.Meanings.property;
import static com.scrapersky.session.internal.url.Meanings.refused;

import com.scrapersky.session.internal.url.Parameter.Meaning;
import com.scrapersky.session.internal.url.Parameter.Origin;
import java.util.List;
import java.util.Map;

/** The parameters of libpq 18 and what pgjdbc has for them; a test compares the names with libpq's own list. */
final class LibpqParameters {

    private static final String KERNEL = "Remove it and set the operating system's value (net.ipv4.tcp_*) instead.";
    private static final String JVM_TLS = "Remove it and set the JVM's jdk.tls.client.protocols instead.";
    private static final String OAUTH =
            "pgjdbc has no OAuth login; use a password, or an authentication plugin of pgjdbc.";
    private static final String WRITE_OUT = "Write the host, user and database into the connection string itself.";

    static final List<Parameter> ALL = List.of(
            address("host", "Host names or IP addresses, separated by commas"),
            address("hostaddr", "IP addresses, separated by commas; they spare the name lookup"),
            address("port", "One port for all hosts, or one for each; an empty one is 5432"),
            address("user", "The role, behind Supavisor role.tenant"),
            new Parameter("password", Origin.LIBPQ, true, (name, value, target) -> {}, "The password"),
            address("dbname", "The database; without one it is named as the user"),
            libpq(
                    "sslmode",
                    oneOf("sslmode", "disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
                    "How much TLS"),
            libpq("sslrootcert", LibpqMeanings::rootCertificate, "A file of root certificates, or the word system"),
            libpq("sslcert", property("sslcert"), "The file of the client's certificate"),
            libpq(
                    "sslkey",
                    property("sslkey"),
                    "The file of the client's key; pgjdbc reads PKCS-8 DER, PKCS-12 and, as .pem, PEM"),
            new Parameter(
                    "sslpassword", Origin.LIBPQ, true, property("sslpassword"), "The password of the client's key"),
            libpq("sslnegotiation", LibpqMeanings::tlsNegotiation, "How TLS begins; no pooler knows direct"),
            libpq(
                    "sslcompression",
                    onlyAsDefault("TLS is never compressed", "TLS compression is unsafe: remove it.", "0"),
                    "TLS compression"),
            libpq(
                    "sslsni",
                    onlyAsDefault(
                            "the host name is always sent", "Remove it: Java always sends the host name.", "1", ""),
                    "Whether TLS names the host"),
            libpq(
                    "sslcertmode",
                    onlyAsDefault(
                            "a client certificate is sent where one is asked for",
                            "Remove it; without sslcert and the default files none is sent.",
                            "allow"),
                    "Whether a client certificate is sent"),
            libpq(
                    "sslcrl",
                    never("Use Java's revocation checking (com.sun.security.enableCRLDP)."),
                    "Revoked certificates"),
            libpq(
                    "sslcrldir",
                    never("Use Java's revocation checking (com.sun.security.enableCRLDP)."),
                    "Revoked certificates"),
            libpq(
                    "sslkeylogfile",
                    never("Remove it: a log of TLS keys does not belong into a connection string."),
                    "TLS key log"),
            libpq(
                    "ssl_min_protocol_version",
                    onlyAsDefault("Java's own minimum is TLSv1.2", JVM_TLS, "TLSv1", "TLSv1.1", "TLSv1.2", ""),
                    "Lowest TLS version"),
            libpq(
                    "ssl_max_protocol_version",
                    onlyAsDefault("Java's own maximum is TLSv1.3", JVM_TLS, "TLSv1.3", ""),
                    "Highest TLS version"),
            libpq(
                    "connect_timeout",
                    LibpqMeanings::connectTimeout,
                    "Seconds for each host; none, zero or less is no limit"),
            libpq("application_name", property("ApplicationName"), "The name of the program in pg_stat_activity"),
            libpq(
                    "fallback_application_name",
                    LibpqMeanings::fallbackName,
                    "The name where application_name gives none"),
            libpq("options", property("options"), "Server settings as -c name=value, or Supavisor's reference=tenant"),
            libpq(
                    "client_encoding",
                    onlyAsDefault(
                            "pgjdbc always speaks UTF-8",
                            "Remove it: pgjdbc always speaks UTF-8 and Java's strings are Unicode.",
                            "UTF8",
                            "utf8",
                            "UTF-8",
                            "utf-8",
                            "auto",
                            ""),
                    "The encoding of text"),
            libpq(
                    "target_session_attrs",
                    mapped("targetServerType", LibpqMeanings.TARGET_SERVER_TYPES),
                    "Which of several servers will do"),
            libpq(
                    "load_balance_hosts",
                    mapped("loadBalanceHosts", Map.of("disable", "false", "random", "true")),
                    "The order in which hosts are tried"),
            libpq(
                    "channel_binding",
                    oneOf("channelBinding", "disable", "prefer", "require"),
                    "SCRAM bound to TLS; poolers have none"),
            libpq("require_auth", LibpqMeanings::requiredAuthentication, "Which ways to authenticate are acceptable"),
            libpq("gssencmode", oneOf("gssEncMode", "disable", "prefer", "require"), "GSSAPI encryption"),
            libpq("krbsrvname", property("kerberosServerName"), "Kerberos service name"),
            libpq("gsslib", oneOf("gsslib", "gssapi", "sspi"), "Which GSSAPI library"),
            libpq(
                    "gssdelegation",
                    onlyAsDefault(
                            "credentials are not delegated", "Remove it: pgjdbc does not delegate credentials.", "0"),
                    "GSSAPI delegation"),
            libpq("keepalives", LibpqMeanings::keepAlive, "1 for TCP keep-alive (libpq's default), 0 for none"),
            libpq(
                    "keepalives_idle",
                    onlyAsDefault("the operating system's value", KERNEL, "0"),
                    "Seconds until the first keep-alive"),
            libpq(
                    "keepalives_interval",
                    onlyAsDefault("the operating system's value", KERNEL, "0"),
                    "Seconds between keep-alives"),
            libpq(
                    "keepalives_count",
                    onlyAsDefault("the operating system's value", KERNEL, "0"),
                    "Keep-alives until the connection is lost"),
            libpq(
                    "tcp_user_timeout",
                    onlyAsDefault("the operating system's value", KERNEL, "0"),
                    "Milliseconds for unacknowledged data"),
            libpq(
                    "min_protocol_version",
                    onlyAsDefault("pgjdbc speaks version 3.0", "Remove it: pgjdbc speaks version 3.0.", "3.0"),
                    "Lowest protocol version"),
            libpq(
                    "max_protocol_version",
                    onlyAsDefault("pgjdbc speaks version 3.0", "Use 3.0, 3.2 or latest.", "3.0", "3.2", "latest"),
                    "Highest protocol version"),
            libpq(
                    "replication",
                    onlyAsDefault(
                            "an ordinary connection",
                            "Sessions run on ordinary connections: open replication connections with pgjdbc itself.",
                            "false",
                            "off",
                            "no",
                            "0",
                            ""),
                    "A replication connection"),
            libpq(
                    "service",
                    refused("a file would decide on the host behind this library's back", WRITE_OUT),
                    "An entry of pg_service.conf"),
            libpq(
                    "passfile",
                    never(
                            "Give the password in the URL or to the factory, or name the file in the environment variable PGPASSFILE, which pgjdbc reads."),
                    "A file of passwords"),
            libpq(
                    "requirepeer",
                    never("It is for Unix-domain sockets, which pgjdbc has not: remove it."),
                    "The server's owner"),
            new Parameter(
                    "scram_client_key",
                    Origin.LIBPQ,
                    true,
                    never("Give the password."),
                    "SCRAM key in the password's place"),
            new Parameter(
                    "scram_server_key",
                    Origin.LIBPQ,
                    true,
                    never("Give the password."),
                    "SCRAM key in the password's place"),
            libpq("oauth_issuer", never(OAUTH), "OAuth"),
            libpq("oauth_client_id", never(OAUTH), "OAuth"),
            new Parameter("oauth_client_secret", Origin.LIBPQ, true, never(OAUTH), "OAuth"),
            libpq("oauth_scope", never(OAUTH), "OAuth"));

    private LibpqParameters() {}

    private static Parameter libpq(String name, Meaning meaning, String description) {
        return new Parameter(name, Origin.LIBPQ, false, meaning, description);
    }

    /** Read by {@link ConnectionSettings} before the others are translated. */
    private static Parameter address(String name, String description) {
        return libpq(name, (parameter, value, target) -> {}, description);
    }
}
