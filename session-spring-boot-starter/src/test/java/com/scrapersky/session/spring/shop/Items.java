package com.scrapersky.session.spring.shop;

import java.util.Optional;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

public interface Items extends JpaRepository<Item, Long> {

    Optional<Item> findByName(String name);

    @Query(nativeQuery = true, value = "select pg_backend_pid()")
    int backend();
}
