package com.scrapersky.session.doctor.internal.paste;

import com.scrapersky.session.PoolerProfile.Parameter;
import com.scrapersky.session.doctor.internal.report.Report;
import java.util.List;
import java.util.stream.Collectors;

/** Configuration for the usual tools, ready to paste. The password is a variable everywhere. */
public final class Configurations {

    private final Setup setup;

    private Configurations(Setup setup) {
        this.setup = setup;
    }

    /** The names of the tools, in the order in which they are told. */
    public static List<String> tools() {
        return List.of(
                "sky-session",
                "spring-boot",
                "hikaricp",
                "hibernate",
                "quarkus",
                "jooq",
                "flyway",
                "liquibase",
                "psycopg",
                "sqlalchemy-asyncpg",
                "prisma",
                "node-postgres",
                "pgx");
    }

    public static void write(Setup setup, Report report) {
        Configurations configurations = new Configurations(setup);
        tools().forEach(tool -> report.configuration(tool, configurations.of(tool)));
    }

    private String of(String tool) {
        return switch (tool) {
            case "sky-session" -> skySession();
            case "spring-boot" -> springBoot();
            case "hikaricp" -> hikari();
            case "hibernate" -> hibernate();
            case "quarkus" -> quarkus();
            case "jooq" -> jooq();
            case "flyway" -> flyway();
            case "liquibase" -> liquibase();
            case "psycopg" -> psycopg();
            case "sqlalchemy-asyncpg" -> asyncpg();
            case "prisma" -> prisma();
            case "node-postgres" -> nodePostgres();
            case "pgx" -> pgx();
            default -> throw new IllegalArgumentException(tool);
        };
    }

    private String jdbcUrl() {
        return "jdbc:postgresql://" + setup.address() + "/" + setup.url().database() + "?"
                + setup.encryptionOfTheDriver();
    }

    private String jdbcUrlWithParameters() {
        return jdbcUrl()
                + setup.driverParameters().stream()
                        .map(parameter -> "&" + parameter.name() + "=" + parameter.value())
                        .collect(Collectors.joining());
    }

    private String uri(String scheme) {
        return scheme + "://" + setup.user() + ":$DB_PASSWORD@" + setup.address() + "/"
                + setup.url().database();
    }

    private String skySession() {
        return "DATABASE_URL=" + uri("postgresql") + "?" + setup.encryption() + "\n"
                + "// everything else is found out: DatabaseSessionFactory.open(System.getenv(\"DATABASE_URL\"))";
    }

    private String springBoot() {
        StringBuilder yaml = new StringBuilder("spring:\n  datasource:\n");
        yaml.append("    url: ").append(jdbcUrl()).append('\n');
        yaml.append("    username: ").append(setup.user()).append('\n');
        yaml.append("    password: ${DB_PASSWORD}\n    hikari:\n");
        yaml.append("      maximum-pool-size: ").append(setup.poolSize()).append('\n');
        yaml.append("      connection-timeout: 10000\n      max-lifetime: 1800000\n      data-source-properties:\n");
        for (Parameter parameter : setup.driverParameters()) {
            yaml.append("        ")
                    .append(parameter.name())
                    .append(": ")
                    .append(parameter.value())
                    .append('\n');
        }
        return yaml.toString();
    }

    private String hikari() {
        StringBuilder java = new StringBuilder("HikariConfig config = new HikariConfig();\n");
        java.append("config.setJdbcUrl(\"").append(jdbcUrl()).append("\");\n");
        java.append("config.setUsername(\"").append(setup.user()).append("\");\n");
        java.append("config.setPassword(System.getenv(\"DB_PASSWORD\"));\n");
        java.append("config.setMaximumPoolSize(").append(setup.poolSize()).append(");\n");
        java.append("config.setConnectionTimeout(10_000);\nconfig.setMaxLifetime(1_800_000);\n");
        for (Parameter parameter : setup.driverParameters()) {
            java.append("config.addDataSourceProperty(\"")
                    .append(parameter.name())
                    .append("\", \"")
                    .append(parameter.value())
                    .append("\");\n");
        }
        return java.toString();
    }

    private String hibernate() {
        return "jakarta.persistence.jdbc.url=" + jdbcUrlWithParameters() + "\n"
                + "jakarta.persistence.jdbc.user=" + setup.user() + "\n"
                + "# filled in by your framework; by Hibernate itself from -DDB_PASSWORD=…\n"
                + "jakarta.persistence.jdbc.password=${DB_PASSWORD}\n"
                + "# of the artifact hibernate-hikaricp\n"
                + "hibernate.connection.provider_class=org.hibernate.hikaricp.internal.HikariCPConnectionProvider\n"
                + "hibernate.hikari.maximumPoolSize=" + setup.poolSize();
    }

    private String quarkus() {
        return "quarkus.datasource.db-kind=postgresql\n"
                + "quarkus.datasource.jdbc.url=" + jdbcUrlWithParameters() + "\n"
                + "quarkus.datasource.username=" + setup.user() + "\n"
                + "quarkus.datasource.password=${DB_PASSWORD}\n"
                + "quarkus.datasource.jdbc.max-size=" + setup.poolSize() + "\n"
                + "quarkus.datasource.jdbc.acquisition-timeout=10S";
    }

    private String jooq() {
        return "// over the DataSource of HikariCP, see there\n"
                + "DSLContext context = DSL.using(new HikariDataSource(config), SQLDialect.POSTGRES);";
    }

    private String flyway() {
        return migrationAdvice() + "flyway.url=" + migrationUrl() + "\nflyway.user=" + setup.user()
                + "\n# the password in FLYWAY_PASSWORD";
    }

    private String liquibase() {
        return migrationAdvice() + "url: " + migrationUrl() + "\nusername: " + setup.user()
                + "\n# the password in LIQUIBASE_COMMAND_PASSWORD";
    }

    private String migrationAdvice() {
        if (setup.url().sessionUrl().isPresent()) {
            return "# the session-mode address\n";
        }
        return setup.isShared()
                ? "# migrations need a session: use the direct or session-mode address instead of this one\n"
                : "";
    }

    private String migrationUrl() {
        return setup.url()
                .sessionUrl()
                .map(session -> session.hosts().get(0))
                .map(host -> jdbcUrl().replace(setup.address(), host.name() + ":" + host.port()))
                .orElseGet(this::jdbcUrl);
    }

    private String psycopg() {
        return "import os\n"
                + "from psycopg_pool import ConnectionPool\n"
                + "pool = ConnectionPool(\n"
                + "    \"host=" + setup.host().name() + " port=" + setup.host().port() + " dbname="
                + setup.url().database() + " user=" + setup.user() + " "
                + setup.encryption().replace('&', ' ') + "\",\n"
                + "    kwargs={\"password\": os.environ[\"DB_PASSWORD\"]"
                + (setup.isUnnamed() ? ", \"prepare_threshold\": None" : "") + "},\n"
                + "    max_size=" + setup.poolSize() + ", timeout=10)";
    }

    private String asyncpg() {
        String imports = "import os" + (setup.isUnnamed() ? ", uuid" : "") + "\n"
                + "from sqlalchemy import URL\n"
                + "from sqlalchemy.ext.asyncio import create_async_engine\n";
        String unnamed = setup.isUnnamed()
                ? ", \"statement_cache_size\": 0, \"prepared_statement_cache_size\": 0,\n"
                        + "        \"prepared_statement_name_func\": lambda: f\"__{uuid.uuid4()}__\""
                : "";
        String file = setup.rootCertificate();
        String authority = !setup.sslmode().startsWith("verify") || file.isEmpty() || file.equals("system")
                ? '"' + setup.sslmode() + '"'
                : "ssl.create_default_context(cafile=\"" + file + "\")";
        return imports + (authority.startsWith("ssl.") ? "import ssl\n" : "") + "engine = create_async_engine(\n"
                + "    URL.create(\"postgresql+asyncpg\", \"" + setup.user()
                + "\", os.environ[\"DB_PASSWORD\"], \"" + setup.host().name() + "\", "
                + setup.host().port() + ", \"" + setup.url().database() + "\"),\n"
                + "    connect_args={\"ssl\": " + authority + unnamed + "},\n"
                + "    pool_size=" + setup.poolSize() + ", max_overflow=0, pool_timeout=10)";
    }

    /** Prisma knows disable, prefer and require; whether the certificate is looked at is another parameter. */
    private String prisma() {
        String encryption = setup.sslmode().startsWith("verify") ? "require&sslaccept=strict" : setup.sslmode();
        String authority =
                setup.rootCertificate().isEmpty() || setup.rootCertificate().equals("system")
                        ? ""
                        : "&sslcert=" + setup.rootCertificate();
        return "DATABASE_URL=\"" + uri("postgresql") + "?sslmode=" + encryption + authority + "&connection_limit="
                + setup.poolSize() + "&pool_timeout=10" + (setup.isUnnamed() ? "&pgbouncer=true" : "") + "\"\n"
                + "# and directUrl, a direct or session-mode address, for prisma migrate";
    }

    /** With libpq's meaning of sslmode: without that node-postgres takes require for verify-full. */
    private String nodePostgres() {
        return "// unnamed unless a query has a name: give none\n"
                + "const pool = new Pool({\n  connectionString: `"
                + uri("postgresql").replace("$DB_PASSWORD", "${encodeURIComponent(process.env.DB_PASSWORD)}")
                + "?" + setup.encryption() + "&uselibpqcompat=true`,\n  max: " + setup.poolSize()
                + ", connectionTimeoutMillis: 10000 })";
    }

    private String pgx() {
        return "postgresql://" + setup.user() + "@" + setup.address() + "/"
                + setup.url().database() + "?"
                + setup.encryption() + "&pool_max_conns=" + setup.poolSize()
                + (setup.isUnnamed() ? "&default_query_exec_mode=exec" : "") + "\n# the password in PGPASSWORD";
    }
}
