package com.scrapersky.session.spring.shop;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

@Entity
@Table(name = "items")
public class Item {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private Long id;

    private String name;
    private int stock;

    protected Item() {}

    Item(String name, int stock) {
        this.name = name;
        this.stock = stock;
    }

    public Long id() {
        return id;
    }

    public String name() {
        return name;
    }

    public int stock() {
        return stock;
    }

    void take(int pieces) {
        stock -= pieces;
    }
}
