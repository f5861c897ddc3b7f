package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.PoolerProfile.Mode;
import com.scrapersky.session.spring.shop.Shop;
import com.scrapersky.session.spring.shop.ShopApplication;
import com.scrapersky.session.testkit.MustChangeBackend;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.transaction.support.TransactionTemplate;

/** An application that knows nothing of poolers gets this dependency, and the URL of one. */
@MustChangeBackend
class ShopTest {

    static ConfigurableApplicationContext start(Route route, String... more) {
        return new SpringApplicationBuilder(ShopApplication.class)
                .properties(route.properties(more))
                .properties("spring.main.web-application-type=none", "spring.main.banner-mode=off")
                // On the class path for another test.
                .properties("spring.liquibase.enabled=false")
                .run();
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void works(Route route) {
        Route.postgres()
                .execute(
                        "drop schema public cascade", "create schema public", "grant usage on schema public to public");
        try (ConfigurableApplicationContext application = start(route)) {
            Shop shop = application.getBean(Shop.class);
            shop.deliver("lamp", 100);
            Set<Integer> backends = new HashSet<>();
            // More often than the driver's threshold for named statements.
            for (int i = 1; i <= 20; i++) {
                assertThat(shop.sell("lamp", 1)).isEqualTo(100 - i);
                backends.add(shop.backend());
            }
            assertThat(backends).hasSizeGreaterThan(route == Route.DIRECT ? 0 : 1);
            assertThat(shop.transaction()).isEqualTo("repeatable read, read only on");
            assertThat(shop.ordinaryTransaction()).isEqualTo("read committed, read only off");
            assertThatThrownBy(() -> shop.sellReadOnly("lamp")).hasMessageContaining("read-only transaction");
            assertThatThrownBy(() -> shop.deliver("lamp", 1)).isInstanceOf(DataIntegrityViolationException.class);
            assertThatThrownBy(shop::slow).isInstanceOf(QueryTimeoutException.class);
            keepsWhatRunsInATransactionOfItsOwn(application, shop);
            assertThat(shop.names()).containsExactly("kept", "lamp");

            DatabaseSessionFactory sessions = application.getBean(DatabaseSessionFactory.class);
            assertThat(sessions.profile().mode()).isEqualTo(route == Route.DIRECT ? Mode.DIRECT : Mode.TRANSACTION);
            assertThat(sessions.profile().warnings()).isEmpty();
            assertThat(sessions.sql("select stock from items where name = 'lamp'")
                            .single(Integer.class))
                    .isEqualTo(80);
        }
    }

    private static void keepsWhatRunsInATransactionOfItsOwn(ConfigurableApplicationContext application, Shop shop) {
        TransactionTemplate transaction = application.getBean(TransactionTemplate.class);
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    shop.sell("lamp", 50);
                    shop.keep("kept");
                    throw new IllegalStateException("changed my mind");
                }))
                .hasMessage("changed my mind");
    }
}
