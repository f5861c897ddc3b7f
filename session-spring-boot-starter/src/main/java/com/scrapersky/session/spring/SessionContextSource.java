package com.scrapersky.session.spring;

import com.scrapersky.session.SessionContext;
import java.util.function.Supplier;

/**
 * Says for whom the application's main DataSource works at this moment: asked on the thread that borrows a connection, each
 * time one is borrowed. A bean of this type takes the place of the one that reads Spring Security's authentication.
 *
 * <pre>{@code
 * @Bean
 * SessionContextSource sessionContexts(CurrentTenant tenant) {
 *     return () -> SessionContext.builder().setting("app.tenant", tenant.id()).build();
 * }
 * }</pre>
 *
 * <p>Implementations are thread-safe, ask no database, and never return null: {@link SessionContext#none()} is the login
 * itself. A role that they name must be among {@code sky.session.roles}.
 */
@FunctionalInterface
public interface SessionContextSource extends Supplier<SessionContext> {}
