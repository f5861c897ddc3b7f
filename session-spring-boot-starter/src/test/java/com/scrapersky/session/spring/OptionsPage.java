package com.scrapersky.session.spring;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.Yaml;

/** The page of options, out of the metadata that the build made of {@link SkySessionProperties}. */
final class OptionsPage {

    private static final String METADATA = "/META-INF/spring-configuration-metadata.json";
    private static final String HINTS = "/META-INF/additional-spring-configuration-metadata.json";

    private static final String HEAD = """
            # Options of the Spring Boot starter

            Written by `OptionsPageTest` from what `SkySessionProperties` declares; an IDE shows the same. All are for the
            application's main DataSource, but for `sky.session.enabled` and `sky.session.exclude`. None has to be set.

            | property | type | default | |
            |---|---|---|---|
            """;

    private OptionsPage() {}

    static String text() {
        Map<String, String> rows = new TreeMap<>();
        for (Map<String, Object> property : list(METADATA, "properties")) {
            String name = (String) property.get("name");
            Object byDefault = property.get("defaultValue");
            rows.put(
                    name,
                    "| `" + name + "` | " + type((String) property.get("type")) + " | "
                            + (byDefault == null || "".equals(byDefault) ? "" : "`" + byDefault + "`") + " | "
                            + property.get("description") + values(name) + " |\n");
        }
        return HEAD + String.join("", rows.values());
    }

    /** Those that an IDE offers. */
    @SuppressWarnings("unchecked")
    private static String values(String name) {
        List<String> values = new ArrayList<>();
        for (Map<String, Object> hint : list(HINTS, "hints")) {
            if (name.equals(hint.get("name"))) {
                for (Map<String, Object> value : (List<Map<String, Object>>) hint.get("values")) {
                    values.add("`" + value.get("value") + "`: " + value.get("description"));
                }
            }
        }
        return values.isEmpty() ? "" : " " + String.join("; ", values) + ".";
    }

    private static String type(String type) {
        return type.replaceAll("[a-z]+\\.", "").replace("SessionFeature$", "").replace("<", "&lt;");
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> list(String resource, String key) {
        try (InputStream in = OptionsPage.class.getResourceAsStream(resource)) {
            // JSON is YAML, too.
            return (List<Map<String, Object>>)
                    new Yaml().<Map<String, Object>>load(in).get(key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Map<String, Object>> properties() {
        return list(METADATA, "properties");
    }

    static List<Map<String, Object>> hints() {
        return list(HINTS, "hints");
    }
}
