package com.scrapersky.session.spring.shop;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application like any other: Spring Boot, JPA, Flyway. Nothing in this package knows of a pooler, or of Sky Session. */
@SpringBootApplication
public class ShopApplication {}
