package com.scrapersky.session.frameworks.hibernate;

import com.scrapersky.session.frameworks.Transcript;
import com.scrapersky.session.frameworks.UserProgram;
import com.scrapersky.session.frameworks.hibernate.Shop.Car;
import com.scrapersky.session.frameworks.hibernate.Shop.Customer;
import com.scrapersky.session.frameworks.hibernate.Shop.Purchase;
import com.scrapersky.session.frameworks.hibernate.Shop.Truck;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.hibernate.ScrollMode;
import org.hibernate.ScrollableResults;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.tool.schema.Action;

/** Entities: ids, batches, bulk statements over joined tables, streams; the schema is created and validated. */
final class EntitiesProgram implements UserProgram {

    @Override
    public void run(DataSource dataSource, Transcript transcript) throws Exception {
        try (SessionFactory shop = Shop.create(dataSource)) {
            new Steps(shop, transcript).run();
            transcript.transactions(() -> shop.fromTransaction(EntitiesProgram::backend));
        }
        try (SessionFactory again = Shop.configuration(dataSource)
                .schemaToolingAction(Action.VALIDATE)
                .createEntityManagerFactory()) {
            transcript.saw("validated, purchases", again.fromTransaction(EntitiesProgram::purchases));
        }
    }

    private static long purchases(Session session) {
        return session.createSelectionQuery("select count(*) from Purchase", Long.class)
                .getSingleResult();
    }

    private static int backend(Session session) {
        return session.createNativeQuery("select pg_backend_pid()", Integer.class)
                .getSingleResult();
    }

    private record Steps(SessionFactory shop, Transcript transcript) {

        void run() {
            identityIds();
            sequenceIds();
            queries();
            rollback();
            joinedInheritance();
            streams();
            stateless();
        }

        private void identityIds() {
            shop.inTransaction(session -> {
                for (String name : List.of("ann", "bob", "cyd")) {
                    Customer customer = new Customer(name);
                    session.persist(customer);
                    transcript.saw("identity of " + name, customer.id);
                }
            });
        }

        private void sequenceIds() {
            shop.inTransaction(session -> {
                Customer ann = customer(session, "ann");
                List<Purchase> purchases = Stream.iterate(1, n -> n <= 57, n -> n + 1)
                        .map(n -> new Purchase(ann, BigDecimal.valueOf(n)))
                        .toList();
                purchases.forEach(session::persist);
                transcript.saw("sequence ids", purchases.get(0).id + " to " + purchases.get(56).id);
            });
        }

        private void queries() {
            shop.inTransaction(session -> {
                transcript.saw(
                        "lazy collection", customer(session, "ann").purchases.size());
                transcript.saw(
                        "sums",
                        session
                                .createSelectionQuery(
                                        "select c.name, sum(p.amount) from Customer c left join c.purchases p"
                                                + " group by c.name order by c.name",
                                        Object[].class)
                                .getResultList()
                                .stream()
                                .map(row -> row[0] + "=" + row[1])
                                .toList());
                customer(session, "bob").credit = 50;
            });
            transcript.saw("changed", shop.fromSession(session -> customer(session, "bob").credit));
        }

        private void rollback() {
            transcript.outcome(
                    "duplicate",
                    () -> shop.inTransaction(session -> {
                        session.persist(new Purchase(customer(session, "bob"), BigDecimal.ONE));
                        session.persist(new Customer("ann"));
                    }));
            transcript.saw("purchases", shop.fromTransaction(EntitiesProgram::purchases));
        }

        /** More than one table each: Hibernate keeps the ids between the statements. */
        private void joinedInheritance() {
            shop.inTransaction(session -> {
                for (int n = 1; n <= 20; n++) {
                    session.persist(n % 2 == 0 ? new Car("o" + n % 3, n) : new Truck("o" + n % 3, n));
                }
            });
            shop.inTransaction(session -> {
                transcript.saw(
                        "updated",
                        session.createMutationQuery(
                                        "update Truck set owner = 'moved', tons = tons + 100 where owner = 'o1'")
                                .executeUpdate());
                transcript.saw(
                        "inserted",
                        session.createMutationQuery(
                                        "insert into Car (owner, seats) select owner, tons from Truck where tons > 100")
                                .executeUpdate());
                transcript.saw(
                        "deleted",
                        session.createMutationQuery("delete from Vehicle where owner = 'o2'")
                                .executeUpdate());
            });
            transcript.saw(
                    "vehicles",
                    shop.fromTransaction(session -> session
                            .createSelectionQuery(
                                    "select type(v), owner, count(*) from Vehicle v group by type(v), owner order by owner, 3, 1",
                                    Object[].class)
                            .getResultList()
                            .stream()
                            .map(row -> ((Class<?>) row[0]).getSimpleName() + " " + row[1] + " " + row[2])
                            .toList()));
        }

        private void streams() {
            shop.inTransaction(session -> {
                try (Stream<Purchase> purchases = session.createSelectionQuery(
                                "from Purchase order by id", Purchase.class)
                        .setFetchSize(10)
                        .getResultStream()) {
                    transcript.saw(
                            "stream",
                            purchases.map(purchase -> purchase.amount).reduce(BigDecimal.ZERO, BigDecimal::add));
                }
                try (ScrollableResults<Long> ids = session.createSelectionQuery(
                                "select id from Purchase order by id", Long.class)
                        .setFetchSize(5)
                        .scroll(ScrollMode.FORWARD_ONLY)) {
                    long sum = 0;
                    while (ids.next()) {
                        sum += ids.get();
                    }
                    transcript.saw("scroll", sum);
                }
            });
        }

        private void stateless() {
            shop.inStatelessTransaction(session -> {
                session.setJdbcBatchSize(10);
                for (int n = 0; n < 25; n++) {
                    session.insert(new Purchase(null, BigDecimal.TEN));
                }
                Customer cyd = session.createSelectionQuery("from Customer where name = 'cyd'", Customer.class)
                        .getSingleResult();
                cyd.credit = 7;
                session.update(cyd);
            });
            transcript.saw("after stateless", shop.fromTransaction(EntitiesProgram::purchases));
            transcript.saw("refreshed", shop.fromTransaction(session -> {
                Customer cyd = customer(session, "cyd");
                session.createNativeMutationQuery("update customer set credit = 8 where name = 'cyd'")
                        .executeUpdate();
                session.refresh(cyd);
                return cyd.credit + ", version " + cyd.version;
            }));
        }

        private static Customer customer(Session session, String name) {
            return session.createSelectionQuery("from Customer where name = :name", Customer.class)
                    .setParameter("name", name)
                    .getSingleResult();
        }
    }
}
