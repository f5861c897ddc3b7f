package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.spring.shop.Items;
import com.scrapersky.session.spring.shop.ShopApplication;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase.Replace;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Tests of a part of an application get what the application gets. */
class SlicesTest {

    private static void database(DynamicPropertyRegistry properties) {
        Route.postgres()
                .execute(
                        "drop schema public cascade", "create schema public", "grant usage on schema public to public");
        Route route = Route.PGBOUNCER_1_18;
        properties.add("spring.datasource.url", () -> route.url(""));
        properties.add("spring.datasource.username", route.endpoint()::user);
        properties.add("spring.datasource.password", route.endpoint()::password);
        properties.add("spring.liquibase.enabled", () -> "false");
    }

    @Nested
    @JdbcTest
    @AutoConfigureTestDatabase(replace = Replace.NONE)
    @ContextConfiguration(classes = ShopApplication.class)
    class OfJdbc {

        @DynamicPropertySource
        static void properties(DynamicPropertyRegistry properties) {
            database(properties);
        }

        @Test
        void isPoolSafe(@Autowired DataSource dataSource, @Autowired JdbcTemplate jdbc) throws Exception {
            assertThat(dataSource.isWrapperFor(GuardedDataSource.class)).isTrue();
            assertThat(jdbc.queryForObject("select 1", Integer.class)).isEqualTo(1);
        }
    }

    @Nested
    @DataJpaTest
    @AutoConfigureTestDatabase(replace = Replace.NONE)
    @ContextConfiguration(classes = ShopApplication.class)
    class OfJpa {

        @DynamicPropertySource
        static void properties(DynamicPropertyRegistry properties) {
            database(properties);
        }

        @Test
        void isPoolSafe(@Autowired DataSource dataSource, @Autowired Items items) throws Exception {
            assertThat(dataSource.isWrapperFor(GuardedDataSource.class)).isTrue();
            assertThat(items.count()).isZero();
        }
    }
}
