package com.scrapersky.session.internal.sql;

import com.scrapersky.session.SessionFeature;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads code in a language other than SQL and PL/pgSQL: its strings are taken for statements, and code that executes
 * statements which stand in no string is taken for the worse. Data that lives as long as the session ({@code %_SHARED} in
 * PL/Perl, {@code GD} in PL/Python and PL/Tcl) is state of an extension.
 */
final class ForeignCodeReader {

    /** What runs a statement in PL/Python, PL/Perl, PL/Tcl and PL/v8. */
    private static final Set<String> EXECUTES = Set.of(
            "plpy",
            "plv8",
            "spi_exec",
            "spi_exec_prepared",
            "spi_exec_query",
            "spi_execp",
            "spi_prepare",
            "spi_query",
            "spi_query_prepared");

    private static final Set<String> SEEN_IN_ITS_SOURCE = Set.of(
            "plperl",
            "plperlu",
            "plpython2u",
            "plpython3u",
            "plpythonu",
            "pltcl",
            "pltclu",
            "plv8",
            "plcoffee",
            "plls");

    private final String language;
    private final String source;
    private final Set<SessionFeature> features = EnumSet.noneOf(SessionFeature.class);
    private final Set<String> settings = new HashSet<>();
    private final Set<String> words = new HashSet<>();
    private boolean reachesAnything;
    private boolean definesCode;

    ForeignCodeReader(String language, String source) {
        this.language = language;
        this.source = source;
    }

    CodeBody read() {
        Words.addAll(source, words);
        readStrings();
        for (String word : words) {
            SessionFeature feature = ServerFunctions.featureOf("", word);
            if (feature != null) {
                features.add(feature);
            }
        }
        if (words.contains("_shared") || words.contains("$_shared") || words.contains("gd")) {
            features.add(SessionFeature.EXTENSION_STATE);
        }
        if (words.contains(ServerFunctions.SET_CONFIG)) {
            features.add(SessionFeature.HIDDEN_SETTING);
        }
        boolean executes = words.stream().anyMatch(EXECUTES::contains);
        if (executes || !SEEN_IN_ITS_SOURCE.contains(language)) {
            features.add(SessionFeature.HIDDEN_SETTING);
            reachesAnything = true;
        }
        return new CodeBody(features, settings, words, reachesAnything, false, definesCode);
    }

    private void readStrings() {
        int at = 0;
        while (at < source.length()) {
            char c = source.charAt(at);
            if (c != '"' && c != '\'' && c != '`') {
                at++;
                continue;
            }
            int end = source.indexOf(c, at + 1);
            if (end < 0) {
                return;
            }
            statement(source.substring(at + 1, end));
            at = end + 1;
        }
    }

    private void statement(String text) {
        SqlTokens tokens = SqlTokens.of(text);
        for (int i = 0; i < tokens.statements(); i++) {
            PartDraft draft = PartReader.read(tokens.statement(i));
            features.addAll(CodeReader.withoutSettings(draft.features));
            settings.addAll(draft.keeps);
            draft.resets.stream().filter(name -> !name.equals("*")).forEach(settings::add);
            definesCode |= draft.definesCode;
            if (!draft.keeps.isEmpty() || !draft.resets.isEmpty()) {
                features.add(SessionFeature.HIDDEN_SETTING);
            }
        }
    }
}
