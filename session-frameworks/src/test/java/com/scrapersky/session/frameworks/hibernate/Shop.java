package com.scrapersky.session.frameworks.hibernate;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.SequenceGenerator;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.jpa.HibernatePersistenceConfiguration;
import org.hibernate.tool.schema.Action;

/** The entities of a shop, with every way to get an id. */
final class Shop {

    private Shop() {}

    static HibernatePersistenceConfiguration configuration(DataSource dataSource) {
        return new HibernatePersistenceConfiguration("shop")
                .managedClasses(Customer.class, Purchase.class, Vehicle.class, Car.class, Truck.class)
                .property(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, dataSource)
                .property(AvailableSettings.STATEMENT_BATCH_SIZE, 20)
                .property(AvailableSettings.ORDER_INSERTS, true);
    }

    static SessionFactory create(DataSource dataSource) {
        return configuration(dataSource).schemaToolingAction(Action.CREATE).createEntityManagerFactory();
    }

    /** Identity: the database gives the id with the insert. */
    @Entity(name = "Customer")
    @Table(name = "customer")
    static class Customer {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @Column(unique = true)
        String name;

        int credit;

        @Version
        int version;

        @OneToMany(mappedBy = "customer")
        List<Purchase> purchases = new ArrayList<>();

        Customer() {}

        Customer(String name) {
            this.name = name;
        }
    }

    /** Sequence: ids are fetched in blocks, so inserts can be batched. */
    @Entity(name = "Purchase")
    @Table(name = "purchase")
    static class Purchase {
        @Id
        @GeneratedValue
        @SequenceGenerator(sequenceName = "purchase_ids", allocationSize = 10)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Customer customer;

        BigDecimal amount;

        Purchase() {}

        Purchase(Customer customer, BigDecimal amount) {
            this.customer = customer;
            this.amount = amount;
        }
    }

    @Entity(name = "Vehicle")
    @Table(name = "vehicle")
    @Inheritance(strategy = InheritanceType.JOINED)
    abstract static class Vehicle {
        @Id
        @GeneratedValue
        @SequenceGenerator(sequenceName = "vehicle_ids", allocationSize = 5)
        Long id;

        String owner;
    }

    @Entity(name = "Car")
    @Table(name = "car")
    static class Car extends Vehicle {
        int seats;

        Car() {}

        Car(String owner, int seats) {
            this.owner = owner;
            this.seats = seats;
        }
    }

    @Entity(name = "Truck")
    @Table(name = "truck")
    static class Truck extends Vehicle {
        int tons;

        Truck() {}

        Truck(String owner, int tons) {
            this.owner = owner;
            this.tons = tons;
        }
    }
}
