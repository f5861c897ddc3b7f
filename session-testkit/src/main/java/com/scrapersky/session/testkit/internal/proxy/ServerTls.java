package com.scrapersky.session.testkit.internal.proxy;

import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whether and how the pooler speaks TLS with the server: libpq's {@code sslmode} and {@code sslrootcert} (PostgreSQL manual,
 * "SSL Support" of libpq). Immutable.
 *
 * <p>Stricter than libpq in one thing: an {@code sslrootcert} that was named and cannot be read is an error also where libpq
 * would go on without a check. The file that libpq looks for by itself, {@code ~/.postgresql/root.crt}, counts from
 * {@code require} on.
 */
public final class ServerTls {

    private static final String SYSTEM = "system";

    private final Mode mode;
    private final @Nullable String root;
    private final ServerCertificates certificates;
    private final SSLContext context;

    private ServerTls(Mode mode, @Nullable String root) {
        this.mode = mode;
        this.root = root;
        certificates = root == null
                ? ServerCertificates.unchecked()
                : root.equals(SYSTEM) ? ServerCertificates.ofThisJava() : ServerCertificates.ofFile(root);
        try {
            context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {certificates}, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot speak TLS: " + e.getMessage(), e);
        }
    }

    /** TLS where the server has it, and no check of its certificate: what libpq and pgjdbc do when told nothing. */
    static ServerTls preferred() {
        return new ServerTls(Mode.PREFER, null);
    }

    /**
     * What these parameters of a URL ask for.
     *
     * @param parameters {@code sslmode} and {@code sslrootcert}, or {@code ssl}, among others
     * @param jdbc whether {@code ssl=true} means what it means to pgjdbc, or what it means to libpq
     * @throws IllegalArgumentException if that cannot be done
     */
    static ServerTls of(Map<String, String> parameters, boolean jdbc) {
        String root = parameters.get("sslrootcert");
        if (root != null && root.isEmpty()) {
            root = null;
        }
        Mode mode = mode(parameters, jdbc, root);
        if (mode == Mode.DISABLE || (mode == Mode.PREFER && root == null)) {
            return new ServerTls(mode, null);
        }
        if (SYSTEM.equals(root) && mode != Mode.VERIFY_FULL) {
            throw new IllegalArgumentException(
                    "sslmode=" + mode + " is too weak for sslrootcert=system, whose authorities"
                            + " certify anybody; use sslmode=verify-full");
        }
        if (root == null) {
            String usual = ServerCertificates.usualFile();
            if (usual == null && mode != Mode.REQUIRE) {
                throw new IllegalArgumentException(
                        "sslmode=" + mode + " needs the certificate of the server's authority:"
                                + " name its PEM file with sslrootcert=…, or use the authorities of this Java with"
                                + " sslrootcert=system, or do without a check with sslmode=require");
            }
            root = usual;
        }
        return new ServerTls(mode, root);
    }

    private static Mode mode(Map<String, String> parameters, boolean jdbc, @Nullable String root) {
        String text = parameters.get("sslmode");
        if (text != null) {
            return Mode.of(text);
        }
        String ssl = parameters.get("ssl");
        if (ssl != null && (ssl.equals("true") || (jdbc && ssl.isEmpty()))) {
            return jdbc ? Mode.VERIFY_FULL : Mode.REQUIRE;
        }
        return SYSTEM.equals(root) ? Mode.VERIFY_FULL : Mode.PREFER;
    }

    boolean isWanted() {
        return mode != Mode.DISABLE;
    }

    /** Whether the pooler goes on without TLS where there can be none. */
    boolean mayDoWithout() {
        return mode == Mode.PREFER || mode == Mode.DISABLE;
    }

    /** The client's end of TLS with this server. */
    SSLEngine engine(String host, int port) {
        SSLEngine engine = context.createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        serverName(host).ifPresent(name -> parameters.setServerNames(List.of(name)));
        if (mode == Mode.VERIFY_FULL) {
            // The name matching of RFC 2818, which is libpq's, too.
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    // Of its own, Java does not say a name without a dot. Addresses are never said (RFC 6066, section 3).
    private static Optional<SNIHostName> serverName(String host) {
        if (host.indexOf(':') >= 0 || host.matches("[0-9.]+")) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SNIHostName(host));
        } catch (IllegalArgumentException notOfThisForm) {
            return Optional.empty();
        }
    }

    String noTls(String server) {
        return "the server at " + server + " does not offer TLS, and sslmode=" + mode
                + " asks for it: switch ssl on there, or use sslmode=prefer or sslmode=disable";
    }

    /** What went wrong in a handshake, and the way out. */
    String explain(Throwable failure, String server) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ServerCertificates.WrongName wrong) {
                return "the certificate of the server at " + server + " is for " + wrong.names()
                        + ": connect by one of these names, or use sslmode=verify-ca, which checks no name";
            }
            if (cause instanceof ServerCertificates.NotTrusted) {
                String way = SYSTEM.equals(root)
                        ? "name the PEM file of its authority with sslrootcert=…"
                        : "name the PEM file of its authority with sslrootcert=… (now " + root + ")";
                return "the certificate of the server at " + server + " is not trusted (" + cause.getMessage() + "): "
                        + way + ", or use sslmode=require without sslrootcert, which checks no certificate";
            }
        }
        return "the TLS handshake with the server at " + server + " failed: " + failure.getMessage();
    }

    /** The parameters of a URL which {@link #of} reads as this; none for what goes without saying. */
    Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (mode != Mode.PREFER || root != null) {
            parameters.put("sslmode", mode.toString());
        }
        if (root != null) {
            parameters.put("sslrootcert", root);
        }
        return parameters;
    }

    /** The same for a connection of pgjdbc to the server. */
    Map<String, String> driverProperties() {
        Map<String, String> properties = new LinkedHashMap<>();
        if (mode == Mode.PREFER) {
            return properties;
        }
        // In pgjdbc, unlike libpq, a root certificate does not make require a check.
        Mode equal = mode == Mode.REQUIRE && root != null ? Mode.VERIFY_CA : mode;
        properties.put("sslmode", equal.toString());
        if (SYSTEM.equals(root)) {
            properties.put("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
        } else if (root != null) {
            properties.put("sslrootcert", root);
        }
        return properties;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ServerTls tls && tls.mode == mode && Objects.equals(tls.root, root);
    }

    @Override
    public int hashCode() {
        return Objects.hash(mode, root);
    }

    @Override
    public String toString() {
        return "sslmode=" + mode + (root == null ? "" : ", sslrootcert=" + root);
    }

    /** libpq's modes, but for {@code allow}. */
    enum Mode {
        DISABLE,
        PREFER,
        REQUIRE,
        VERIFY_CA,
        VERIFY_FULL;

        static Mode of(String text) {
            List<String> known = new ArrayList<>();
            for (Mode mode : values()) {
                if (mode.toString().equals(text)) {
                    return mode;
                }
                known.add(mode.toString());
            }
            throw new IllegalArgumentException(
                    "sslmode=" + text + " is not supported towards the server; use one of " + String.join(", ", known));
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
