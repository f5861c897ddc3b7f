/** Database sessions that are correct and fast behind any PostgreSQL connection pooler. */
module com.scrapersky.session {
    requires transitive java.sql;
    requires transitive org.jspecify;
    requires com.zaxxer.hikari;
    requires org.postgresql.jdbc;
    requires org.slf4j;
    requires static org.checkerframework.checker.qual;

    exports com.scrapersky.session;
}
