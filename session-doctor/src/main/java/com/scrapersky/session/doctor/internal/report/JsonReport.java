package com.scrapersky.session.doctor.internal.report;

import com.scrapersky.session.internal.context.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A report for programs. {@code schema} names its form: {@value #SCHEMA} as long as nothing is taken away from it; what is
 * added does not change the name.
 */
public final class JsonReport {

    /** The form's name and version. */
    public static final String SCHEMA = "sky-doctor-report/1";

    private JsonReport() {}

    public static String of(Report report, int exitCode) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schema", SCHEMA);
        json.put("outcome", report.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        json.put("exitCode", exitCode);
        Map<String, Object> sections = new LinkedHashMap<>();
        for (Section section : report.sections()) {
            Map<String, Object> facts = new LinkedHashMap<>();
            section.facts().forEach(fact -> facts.merge(fact.id(), fact.value(), (first, next) -> first + "\n" + next));
            sections.put(section.id(), facts);
        }
        json.put("facts", sections);
        json.put("findings", report.findings().stream().map(JsonReport::of).toList());
        Map<String, Object> configurations = new LinkedHashMap<>();
        for (String tool : report.tools()) {
            configurations.put(tool, report.configurations().getOrDefault(tool, ""));
        }
        json.put("configurations", configurations);
        return Json.of(json);
    }

    private static Map<String, Object> of(Finding finding) {
        FindingKind kind = finding.kind();
        List<Map.Entry<String, String>> members = List.of(
                Map.entry("id", kind.id()),
                Map.entry("severity", finding.severity().id()),
                Map.entry("title", kind.title()),
                Map.entry("evidence", finding.evidence()),
                Map.entry("meaning", kind.meaning()),
                Map.entry("remedy", finding.remedy()),
                Map.entry("docs", kind.link()));
        Map<String, Object> json = new LinkedHashMap<>();
        members.forEach(member -> json.put(member.getKey(), member.getValue()));
        return json;
    }
}
