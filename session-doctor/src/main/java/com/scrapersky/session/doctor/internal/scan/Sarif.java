package com.scrapersky.session.doctor.internal.scan;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.context.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What code hosts read: SARIF 2.1.0 (OASIS), one rule for each class of session state. */
public final class Sarif {

    private Sarif() {}

    public static String of(List<Sighting> sightings) {
        List<Object> rules = new ArrayList<>();
        for (SessionFeature feature : SessionFeature.values()) {
            rules.add(Map.of(
                    "id", feature.id(),
                    "shortDescription", Map.of("text", feature.title()),
                    "fullDescription", Map.of("text", feature.reason()),
                    "help",
                            Map.of(
                                    "text",
                                    "Instead: " + feature.wayOut() + ". More: docs/poolers.md#" + feature.id())));
        }
        Map<String, Object> driver = new LinkedHashMap<>();
        driver.put("name", "sky-doctor");
        driver.put("rules", rules);
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("tool", Map.of("driver", driver));
        run.put("results", sightings.stream().map(Sarif::result).toList());
        Map<String, Object> log = new LinkedHashMap<>();
        log.put("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        log.put("version", "2.1.0");
        log.put("runs", List.of(run));
        return Json.of(log);
    }

    private static Map<String, Object> result(Sighting sighting) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("ruleId", sighting.feature().id());
        result.put("level", "warning");
        result.put(
                "message",
                Map.of(
                        "text",
                        sighting.feature().reason() + " Sky Session: "
                                + sighting.feature().treatment().meaning() + ". Instead: "
                                + sighting.feature().wayOut() + "."));
        result.put(
                "locations",
                List.of(Map.of(
                        "physicalLocation",
                        Map.of(
                                "artifactLocation",
                                        Map.of("uri", sighting.file().toString().replace('\\', '/')),
                                "region", Map.of("startLine", sighting.line())))));
        return result;
    }
}
