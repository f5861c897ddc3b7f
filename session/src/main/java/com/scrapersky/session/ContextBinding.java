package com.scrapersky.session;

import com.scrapersky.session.internal.guard.ContextSettings;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Says which context a session that is about to begin is bound to, and lets no role pass that is none of the factory's. */
final class ContextBinding implements Supplier<@Nullable ContextSettings> {

    private final Set<String> roles;
    private final @Nullable Supplier<SessionContext> contexts;
    private final @Nullable ContextSettings fixed;

    private ContextBinding(
            Set<String> roles, @Nullable Supplier<SessionContext> contexts, @Nullable ContextSettings fixed) {
        this.roles = roles;
        this.contexts = contexts;
        this.fixed = fixed;
    }

    /** Asks {@code contexts} at each borrow, where there is a supplier; otherwise there is no context. */
    static ContextBinding of(Set<String> roles, @Nullable Supplier<SessionContext> contexts) {
        return new ContextBinding(Set.copyOf(roles), contexts, null);
    }

    /** Always the same. */
    ContextBinding fixed(SessionContext context) {
        return new ContextBinding(roles, null, checked(context));
    }

    /** What the next session begins with, or null for a session without a context. */
    @Override
    public @Nullable ContextSettings get() {
        Supplier<SessionContext> supplier = contexts;
        return supplier == null ? fixed : checked(supplier.get());
    }

    private @Nullable ContextSettings checked(@Nullable SessionContext context) {
        if (context == null) {
            throw Errors.usage(
                    "the supplier of the session's context gave null, and a session without one has the login's own rights",
                    "return SessionContext.none() where that is meant");
        }
        if (context.isNone()) {
            return null;
        }
        String role = context.role().orElse(null);
        if (role != null && !roles.contains(role)) {
            throw Errors.usage(
                    "the role \"" + role + "\" of a session's context is none of the factory's: "
                            + (roles.isEmpty() ? "it was built without any" : String.join(", ", new TreeSet<>(roles))),
                    "name every role that contexts may act as in the factory's roles(…)");
        }
        return context.settings();
    }
}
