package com.scrapersky.session.frameworks.spring;

import com.scrapersky.session.frameworks.Transcript;
import com.scrapersky.session.frameworks.UserProgram;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** {@code @Transactional} in all its forms. */
final class TransactionalProgram implements UserProgram {

    @Override
    public void run(DataSource dataSource, Transcript transcript) throws Exception {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.getBeanFactory().registerSingleton("dataSource", dataSource);
            context.register(Accounts.Application.class);
            context.refresh();
            JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
            jdbc.execute("create table account (owner text primary key, balance int not null)");
            new Steps(context.getBean(Accounts.class), jdbc, transcript).run();
        }
    }

    private record Steps(Accounts accounts, JdbcTemplate jdbc, Transcript transcript) {

        void run() throws Exception {
            transcript.transactions(() -> accounts.serializable(accounts::backend));
            isolationLevels();
            readOnly();
            rollback();
            nested();
            requiresNew();
            snapshots();
            serializationFailure();
            timeout();
        }

        private void isolationLevels() {
            Map<String, Function<Supplier<String>, String>> levels = new LinkedHashMap<>();
            levels.put("by default", accounts::byDefault);
            levels.put("read uncommitted", accounts::readUncommitted);
            levels.put("read committed", accounts::readCommitted);
            levels.put("repeatable read", accounts::repeatableRead);
            levels.put("serializable", accounts::serializable);
            levels.put("serializable, read only", accounts::serializableReadOnly);
            levels.put("read only", accounts::readOnly);
            levels.forEach((name, level) -> {
                transcript.saw(name, level.apply(() -> {
                    return accounts.transaction();
                }));
                transcript.saw("next after " + name, accounts.byDefault(accounts::transaction));
                transcript.saw("outside after " + name, accounts.transaction());
            });
        }

        private void readOnly() {
            transcript.outcome("write read-only", () -> accounts.depositReadOnly("a"));
            transcript.outcome("write", () -> accounts.depositAll(10, "a", "b"));
            transcript.saw("total", accounts.readOnly(accounts::total));
        }

        private void rollback() {
            transcript.outcome("deposit and fail", () -> accounts.depositAndFail("a", 100));
            transcript.saw("after rollback", accounts.total());
            transcript.outcome(
                    "duplicate",
                    () -> accounts.byDefault(() -> {
                        accounts.depositNested("c", 5, false);
                        return jdbc.update("insert into account values ('a', 0)");
                    }));
            transcript.saw("after duplicate", accounts.total());
        }

        private void nested() {
            accounts.byDefault(() -> {
                accounts.depositNested("nested", 1, false);
                transcript.outcome("nested", () -> accounts.depositNested("nested", 1000, true));
                // The transaction has to be sound after its savepoint, also where the server refused something.
                transcript.outcome(
                        "nested and refused",
                        () -> accounts.byDefault(() -> {
                            accounts.depositNested("nested", 2, false);
                            return null;
                        }));
                transcript.saw("within nested", accounts.total());
                return null;
            });
            transcript.saw("after nested", accounts.total());
        }

        private void requiresNew() {
            transcript.outcome(
                    "outer fails",
                    () -> accounts.repeatableRead(() -> {
                        int outer = accounts.backend();
                        accounts.requiresNewSerializable(() -> {
                            transcript.saw("another backend", accounts.backend() != outer);
                            transcript.saw("inner", accounts.transaction());
                            accounts.depositAll(7, "inner");
                            return null;
                        });
                        transcript.saw("outer", accounts.transaction());
                        transcript.saw("not supported", accounts.notSupported(accounts::transaction));
                        accounts.depositAndFail("outer", 1);
                        return null;
                    }));
            transcript.saw("after requires new", accounts.total());
        }

        private void snapshots() {
            transcript.saw("read committed sees", accounts.readCommitted(() -> changeMeanwhile()));
            transcript.saw("repeatable read sees", accounts.repeatableRead(() -> changeMeanwhile()));
        }

        private String changeMeanwhile() {
            int before = accounts.total();
            accounts.requiresNew(() -> {
                accounts.depositAll(1, "meanwhile");
                return null;
            });
            return before + ", then " + accounts.total();
        }

        /** Both read the total and write by it: one of them has to fail. */
        private void serializationFailure() {
            transcript.outcome(
                    "write skew",
                    () -> accounts.serializable(() -> {
                        int total = accounts.total();
                        accounts.requiresNewSerializable(() -> {
                            accounts.depositAll(accounts.total(), "skewed inner");
                            return null;
                        });
                        accounts.depositAll(total, "skewed outer");
                        return null;
                    }));
            transcript.saw("after write skew", accounts.total());
        }

        private void timeout() {
            transcript.outcome("timeout", accounts::sleepTooLong);
            transcript.saw("after timeout", accounts.byDefault(accounts::transaction));
        }
    }
}
