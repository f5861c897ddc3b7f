package com.scrapersky.session.spring;

import com.scrapersky.session.Wrapping;
import java.util.function.Predicate;
import org.springframework.beans.factory.ObjectProvider;

/** What the application says about its DataSources: the properties for its main one, and its customizers for each. */
final class GuardSettings {

    private final SkySessionProperties properties;
    private final ObjectProvider<SessionContextSource> contexts;
    private final ObjectProvider<WrappingCustomizer> customizers;
    private final Predicate<String> isMain;

    /** @param isMain whether a bean of this name is the DataSource that the application uses when it names none */
    GuardSettings(
            SkySessionProperties properties,
            ObjectProvider<SessionContextSource> contexts,
            ObjectProvider<WrappingCustomizer> customizers,
            Predicate<String> isMain) {
        this.properties = properties;
        this.contexts = contexts;
        this.customizers = customizers;
        this.isMain = isMain;
    }

    boolean isExcluded(String name) {
        return properties.exclude().contains(name);
    }

    void apply(String name, Wrapping wrapping) {
        if (isMain.test(name)) {
            properties.applyTo(wrapping);
            contexts.ifAvailable(wrapping::context);
        }
        customizers.orderedStream().forEach(customizer -> customizer.customize(name, wrapping));
    }
}
