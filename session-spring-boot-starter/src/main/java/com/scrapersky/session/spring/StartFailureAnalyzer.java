package com.scrapersky.session.spring;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanNotOfRequiredTypeException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Says what to change when an application does not start because of its database's pooler; see {@link StartFailure}. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class StartFailureAnalyzer implements FailureAnalyzer {

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        List<Throwable> chain = chain(failure);
        for (Throwable cause : chain) {
            if (cause instanceof BeanNotOfRequiredTypeException wanted
                    && GuardedDataSource.class.equals(wanted.getActualType())) {
                return ofType(wanted);
            }
        }
        if (chain.stream().noneMatch(SQLException.class::isInstance) && isOfHibernate(chain)) {
            Throwable kept = GuardedDataSource.lastFailure();
            if (kept != null) {
                chain.addAll(chain(kept));
            }
        }
        Optional<Throwable> ofDatabase =
                chain.stream().filter(SQLException.class::isInstance).reduce((first, last) -> last);
        return ofDatabase.isEmpty()
                ? null
                : StartFailure.of(told(chain))
                        .map(known -> new FailureAnalysis(
                                known.description()
                                        + System.lineSeparator()
                                        + System.lineSeparator()
                                        + "It was told: "
                                        + ofDatabase.get().getMessage(),
                                known.action(),
                                failure))
                        .orElse(null);
    }

    /** Which tells its own failure only. With any other, a database that is away as well need not be the reason. */
    private static boolean isOfHibernate(List<Throwable> chain) {
        return chain.stream().anyMatch(cause -> cause.getClass().getName().startsWith("org.hibernate."));
    }

    private static FailureAnalysis ofType(BeanNotOfRequiredTypeException wanted) {
        return new FailureAnalysis(
                "The bean '" + wanted.getBeanName() + "' is wanted as "
                        + wanted.getRequiredType().getName()
                        + ", and is a DataSource that Sky Session has put around it.",
                "Ask for a " + DataSource.class.getName() + ", and for the pool itself by"
                        + " dataSource.unwrap(" + wanted.getRequiredType().getSimpleName()
                        + ".class). Or leave the bean as it"
                        + " is: sky.session.exclude=" + wanted.getBeanName(),
                wanted);
    }

    private static List<Throwable> chain(Throwable failure) {
        List<Throwable> chain = new ArrayList<>();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Throwable cause = failure; cause != null && seen.add(cause); cause = cause.getCause()) {
            chain.add(cause);
        }
        return chain;
    }

    private static String told(List<Throwable> chain) {
        StringBuilder told = new StringBuilder();
        for (Throwable cause : chain) {
            told.append(cause.getClass().getName()).append(": ");
            if (cause instanceof SQLException error) {
                told.append(error.getSQLState()).append(' ');
            }
            told.append(cause.getMessage()).append('\n');
        }
        return told.toString();
    }
}
