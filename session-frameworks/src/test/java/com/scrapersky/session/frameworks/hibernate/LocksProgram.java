package com.scrapersky.session.frameworks.hibernate;

import com.scrapersky.session.frameworks.Transcript;
import com.scrapersky.session.frameworks.UserProgram;
import com.scrapersky.session.frameworks.hibernate.Shop.Customer;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Timeout;
import java.sql.Connection;
import java.util.List;
import javax.sql.DataSource;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.Timeouts;
import org.hibernate.jpa.SpecHints;

/** Two sessions at once: pessimistic locks with and without waiting, optimistic versions, isolation, timeouts. */
final class LocksProgram implements UserProgram {

    @Override
    public void run(DataSource dataSource, Transcript transcript) throws Exception {
        try (SessionFactory shop = Shop.create(dataSource)) {
            shop.inTransaction(session -> {
                session.persist(new Customer("ann"));
                session.persist(new Customer("bob"));
            });
            new Steps(shop, transcript).run();
            transcript.transactions(() ->
                    shop.fromTransaction(session -> session.createNativeQuery("select pg_backend_pid()", Integer.class)
                            .getSingleResult()));
        }
    }

    private static String isolation(Session session) {
        return session.createNativeQuery(
                        "select current_setting('transaction_isolation') || ', read only '"
                                + " || current_setting('transaction_read_only')",
                        String.class)
                .getSingleResult();
    }

    private record Steps(SessionFactory shop, Transcript transcript) {

        void run() {
            pessimistic("no wait", Timeouts.NO_WAIT);
            pessimistic("for 200 ms", Timeout.milliseconds(200));
            skipLocked();
            optimistic();
            optimisticForceIncrement();
            isolationOfOneTransaction();
            readOnly();
            timeout();
        }

        private void pessimistic(String how, Timeout timeout) {
            shop.inTransaction(holder -> {
                find(holder, 1L, LockModeType.PESSIMISTIC_WRITE);
                transcript.outcome(
                        "lock " + how,
                        () -> shop.inTransaction(
                                other -> other.find(Customer.class, 1L, LockModeType.PESSIMISTIC_WRITE, timeout)));
                // The timeout was that statement's alone.
                transcript.saw("lock_timeout after it", shop.fromTransaction(Steps::lockTimeout));
            });
            transcript.outcome(
                    "lock afterwards " + how,
                    () -> shop.inTransaction(session -> {
                        session.find(Customer.class, 1L, LockModeType.PESSIMISTIC_WRITE, timeout);
                        transcript.saw("lock_timeout in the transaction", lockTimeout(session));
                    }));
        }

        private static String lockTimeout(Session session) {
            return session.createNativeQuery("select current_setting('lock_timeout')", String.class)
                    .getSingleResult();
        }

        private void skipLocked() {
            shop.inTransaction(holder -> {
                find(holder, 1L, LockModeType.PESSIMISTIC_WRITE);
                transcript.saw(
                        "skip locked",
                        shop.fromTransaction(other -> other
                                .createSelectionQuery("from Customer order by id", Customer.class)
                                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                                .setHint(SpecHints.HINT_SPEC_LOCK_TIMEOUT, Timeouts.SKIP_LOCKED_MILLI)
                                .getResultList()
                                .stream()
                                .map(customer -> customer.name)
                                .toList()));
            });
        }

        private void optimistic() {
            transcript.outcome(
                    "version conflict",
                    () -> shop.inTransaction(late -> {
                        Customer ann = find(late, 1L, LockModeType.NONE);
                        shop.inTransaction(early -> find(early, 1L, LockModeType.NONE).credit = 10);
                        ann.credit = 20;
                    }));
            transcript.saw("who won", shop.fromSession(session -> {
                Customer ann = find(session, 1L, LockModeType.NONE);
                return ann.credit + ", version " + ann.version;
            }));
        }

        private void optimisticForceIncrement() {
            shop.inTransaction(session -> find(session, 2L, LockModeType.OPTIMISTIC_FORCE_INCREMENT));
            transcript.saw("forced version", shop.fromSession(session -> find(session, 2L, LockModeType.NONE).version));
        }

        /** Hibernate has no isolation of its own for one transaction: this is how its users set it. */
        private void isolationOfOneTransaction() {
            for (int level : List.of(Connection.TRANSACTION_SERIALIZABLE, Connection.TRANSACTION_REPEATABLE_READ)) {
                try (Session session = shop.openSession()) {
                    int before = session.doReturningWork(connection -> {
                        int old = connection.getTransactionIsolation();
                        connection.setTransactionIsolation(level);
                        return old;
                    });
                    session.beginTransaction();
                    transcript.saw("isolation " + level, isolation(session));
                    transcript.saw("as JDBC tells it", session.doReturningWork(Connection::getTransactionIsolation));
                    session.getTransaction().commit();
                    session.doWork(connection -> connection.setTransactionIsolation(before));
                    transcript.saw("isolation before", before);
                }
                transcript.saw("isolation after", shop.fromTransaction(LocksProgram::isolation));
            }
        }

        private void readOnly() {
            try (Session session = shop.withOptions().readOnly(true).openSession()) {
                session.beginTransaction();
                transcript.saw("read-only session", isolation(session));
                session.getTransaction().commit();
            }
            transcript.saw("after read-only", shop.fromTransaction(LocksProgram::isolation));
        }

        private void timeout() {
            transcript.outcome(
                    "timeout",
                    () -> shop.inTransaction(
                            session -> session.createNativeQuery("select cast(pg_sleep(20) as text)", String.class)
                                    .setTimeout(1)
                                    .getResultList()));
            transcript.saw("after timeout", shop.fromTransaction(LocksProgram::isolation));
        }

        private static Customer find(Session session, Long id, LockModeType lock) {
            return session.find(Customer.class, id, lock);
        }
    }
}
