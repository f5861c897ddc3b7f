package com.scrapersky.session.frameworks.spring;

import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** A service with every kind of {@code @Transactional}, and its configuration. */
class Accounts {

    @Configuration
    @EnableTransactionManagement
    static class Application {

        @Bean
        JdbcTemplate jdbc(DataSource dataSource) {
            return new JdbcTemplate(dataSource);
        }

        @Bean
        PlatformTransactionManager transactionManager(DataSource dataSource) {
            return new JdbcTransactionManager(dataSource);
        }

        @Bean
        Accounts accounts(JdbcTemplate jdbc) {
            return new Accounts(jdbc);
        }
    }

    private final JdbcTemplate jdbc;

    Accounts(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** How the server sees the transaction of the caller. */
    String transaction() {
        return jdbc.queryForObject(
                "select current_setting('transaction_isolation') || ', read only '"
                        + " || current_setting('transaction_read_only')",
                String.class);
    }

    int backend() {
        return jdbc.queryForObject("select pg_backend_pid()", Integer.class);
    }

    int total() {
        return jdbc.queryForObject("select coalesce(sum(balance), 0) from account", Integer.class);
    }

    private void deposit(String owner, int amount) {
        jdbc.update(
                "insert into account values (?, ?) on conflict (owner) do update set balance = account.balance + ?",
                owner,
                amount,
                amount);
    }

    @Transactional
    public <T> T byDefault(Supplier<T> work) {
        return work.get();
    }

    @Transactional(isolation = Isolation.READ_UNCOMMITTED)
    public <T> T readUncommitted(Supplier<T> work) {
        return work.get();
    }

    @Transactional(isolation = Isolation.READ_COMMITTED)
    public <T> T readCommitted(Supplier<T> work) {
        return work.get();
    }

    @Transactional(isolation = Isolation.REPEATABLE_READ)
    public <T> T repeatableRead(Supplier<T> work) {
        return work.get();
    }

    @Transactional(isolation = Isolation.SERIALIZABLE)
    public <T> T serializable(Supplier<T> work) {
        return work.get();
    }

    @Transactional(isolation = Isolation.SERIALIZABLE, readOnly = true)
    public <T> T serializableReadOnly(Supplier<T> work) {
        return work.get();
    }

    @Transactional(readOnly = true)
    public <T> T readOnly(Supplier<T> work) {
        return work.get();
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public <T> T requiresNew(Supplier<T> work) {
        return work.get();
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW, isolation = Isolation.SERIALIZABLE)
    public <T> T requiresNewSerializable(Supplier<T> work) {
        return work.get();
    }

    @Transactional(propagation = Propagation.NOT_SUPPORTED)
    public <T> T notSupported(Supplier<T> work) {
        return work.get();
    }

    /** A savepoint. */
    @Transactional(propagation = Propagation.NESTED)
    public void depositNested(String owner, int amount, boolean fail) {
        deposit(owner, amount);
        if (fail) {
            throw new IllegalStateException("as asked");
        }
    }

    @Transactional
    public void depositAll(int amount, String... owners) {
        for (String owner : owners) {
            deposit(owner, amount);
        }
    }

    @Transactional
    public void depositAndFail(String owner, int amount) {
        deposit(owner, amount);
        throw new IllegalStateException("as asked");
    }

    @Transactional(readOnly = true)
    public void depositReadOnly(String owner) {
        deposit(owner, 1);
    }

    @Transactional(timeout = 1)
    public void sleepTooLong() {
        jdbc.execute("select pg_sleep(20)");
    }
}
