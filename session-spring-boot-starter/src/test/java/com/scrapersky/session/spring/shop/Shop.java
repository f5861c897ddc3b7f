package com.scrapersky.session.spring.shop;

import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

@Service
public class Shop {

    private final Items items;
    private final JdbcTemplate jdbc;

    Shop(Items items, JdbcTemplate jdbc) {
        this.items = items;
        this.jdbc = jdbc;
    }

    @Transactional
    public Item deliver(String name, int stock) {
        return items.save(new Item(name, stock));
    }

    @Transactional(isolation = Isolation.SERIALIZABLE)
    public int sell(String name, int pieces) {
        Item item = items.findByName(name).orElseThrow();
        item.take(pieces);
        items.flush();
        return item.stock();
    }

    @Transactional(readOnly = true)
    public List<String> names() {
        return items.findAll().stream().map(Item::name).sorted().toList();
    }

    @Transactional(readOnly = true)
    public int backend() {
        return items.backend();
    }

    /** What the server says about the transaction of this call. */
    @Transactional(isolation = Isolation.REPEATABLE_READ, readOnly = true)
    public String transaction() {
        return setting("transaction_isolation") + ", read only " + setting("transaction_read_only");
    }

    @Transactional
    public String ordinaryTransaction() {
        return setting("transaction_isolation") + ", read only " + setting("transaction_read_only");
    }

    @Transactional(readOnly = true)
    public void sellReadOnly(String name) {
        jdbc.update("update items set stock = stock - 1 where name = ?", name);
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public void keep(String name) {
        jdbc.update("insert into items (name, stock) values (?, 0)", name);
    }

    @Transactional(timeout = 1)
    public void slow() {
        jdbc.queryForList("select pg_sleep(20)");
    }

    private String setting(String name) {
        return jdbc.queryForObject("select current_setting(?)", String.class, name);
    }
}
