package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.guard.Catalogue.Code;
import com.scrapersky.session.internal.guard.Catalogue.Edge;
import com.scrapersky.session.internal.guard.Catalogue.Owner;
import com.scrapersky.session.internal.guard.HiddenState.Reach;
import com.scrapersky.session.internal.sql.CodeBody;
import com.scrapersky.session.internal.sql.ServerFunctions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** From code that touches the session to all the names that reach it. */
final class CodeGraph {

    private final Map<String, Node> nodes = new HashMap<>();
    private final List<Use> uses = new ArrayList<>();
    private final List<Edge> edges;
    private final Set<SessionFeature> byAnything = EnumSet.noneOf(SessionFeature.class);
    private final Set<SessionFeature> byDdl = EnumSet.noneOf(SessionFeature.class);
    private final Set<SessionFeature> all = EnumSet.noneOf(SessionFeature.class);
    private final Set<String> settings = new HashSet<>();
    private boolean changed;

    /** Everything of one name. */
    private static final class Node {
        final Set<SessionFeature> reading = EnumSet.noneOf(SessionFeature.class);
        final Set<SessionFeature> writing = EnumSet.noneOf(SessionFeature.class);
    }

    /** That code holds words, which may be names. */
    private record Use(Owner owner, String name, CodeBody body) {}

    private CodeGraph(List<Edge> edges) {
        this.edges = edges;
    }

    static HiddenState read(Catalogue catalogue) throws SQLException {
        List<Code> suspects = catalogue.suspects();
        List<Use> uses = new ArrayList<>();
        boolean touches = false;
        for (Code code : suspects) {
            CodeBody body = body(code);
            uses.add(new Use(code.owner(), code.name(), body));
            touches |= !body.features().isEmpty();
        }
        if (!touches) {
            return HiddenState.none();
        }
        CodeGraph graph = new CodeGraph(catalogue.edges());
        graph.uses.addAll(uses);
        for (Code code : catalogue.otherFunctions(suspects)) {
            graph.uses.add(new Use(code.owner(), code.name(), body(code)));
        }
        return graph.close();
    }

    private static CodeBody body(Code code) {
        if (code.language().equals("c")) {
            SessionFeature feature = ServerFunctions.featureOf("", code.name());
            return new CodeBody(feature == null ? Set.of() : Set.of(feature), Set.of(), Set.of(), false, false, false);
        }
        CodeBody body = CodeBody.of(code.language(), code.source());
        if (!body.endsTransaction()) {
            return body;
        }
        Set<SessionFeature> features = EnumSet.of(SessionFeature.OWN_TRANSACTION);
        features.addAll(body.features());
        return new CodeBody(features, body.settings(), body.words(), body.reachesAnything(), true, body.definesCode());
    }

    private HiddenState close() {
        for (Use use : uses) {
            reach(use, use.body().features());
            settings.addAll(use.body().settings());
        }
        do {
            changed = false;
            uses.forEach(this::follow);
            edges.forEach(this::follow);
        } while (changed);
        Map<String, Reach> reaches = new HashMap<>();
        nodes.forEach((name, node) -> {
            if (!node.reading.isEmpty() || !node.writing.isEmpty()) {
                reaches.put(name, new Reach(Set.copyOf(node.reading), Set.copyOf(node.writing)));
            }
        });
        return new HiddenState(reaches, byAnything, byDdl, all, settings);
    }

    private void reach(Use use, Set<SessionFeature> features) {
        if (features.isEmpty()) {
            return;
        }
        Node node = node(use.name());
        if (use.owner() != Owner.WRITE) {
            add(node.reading, features);
        }
        if (use.owner() == Owner.WRITE || use.owner() == Owner.READ_OR_WRITE) {
            add(node.writing, features);
        }
    }

    private void follow(Use use) {
        CodeBody body = use.body();
        if (body.reachesAnything()) {
            reach(use, HiddenState.virtual(all));
            return;
        }
        boolean writes = HiddenState.writes(body.words());
        for (String word : body.words()) {
            Node target = nodes.get(word);
            if (target != null) {
                reach(use, target.reading);
                if (writes) {
                    reach(use, target.writing);
                }
            }
        }
        if (!byDdl.isEmpty() && HiddenState.definesObjects(body.words())) {
            reach(use, byDdl);
        }
        if (!byAnything.isEmpty()) {
            reach(use, byAnything);
        }
    }

    private void follow(Edge edge) {
        Node to = nodes.get(edge.to());
        if (to == null) {
            return;
        }
        Node from = edge.from().isEmpty() ? new Node() : node(edge.from());
        switch (edge.cause()) {
            case READ_RUNS, CALLS -> add(from.reading, to.reading);
            case WRITE_RUNS -> add(from.writing, to.reading);
            case READ_OR_WRITE_RUNS -> {
                add(from.reading, to.reading);
                add(from.writing, to.reading);
            }
            case PASSES_ON -> {
                add(from.reading, to.reading);
                add(from.writing, to.writing);
            }
            case WRITE_WRITES -> {
                add(from.writing, to.reading);
                add(from.writing, to.writing);
            }
            case ANYTHING_RUNS -> add(byAnything, to.reading);
            case DDL_RUNS -> add(byDdl, to.reading);
        }
    }

    private Node node(String name) {
        return nodes.computeIfAbsent(name, ignored -> new Node());
    }

    private void add(Set<SessionFeature> target, Set<SessionFeature> features) {
        changed |= target.addAll(features);
        all.addAll(features);
    }
}
