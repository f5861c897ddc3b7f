package com.scrapersky.session.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Choices with weights, of which only those of the wanted features are taken. Not thread-safe. */
final class Menu<T> {

    /** What was chosen, and what it is about. */
    record Choice<T>(Feature feature, T value) {}

    private record Entry<T>(Feature feature, int weight, Supplier<T> maker) {}

    private final Dice dice;
    private final Set<Feature> wanted;
    private final int emphasis;
    private final List<Entry<T>> entries = new ArrayList<>();
    private int total;

    Menu(Dice dice, Set<Feature> wanted) {
        this.dice = dice;
        this.wanted = wanted;
        // A grammar that is limited to few things is about these.
        this.emphasis = wanted.size() < Feature.values().length ? 5 : 1;
    }

    Menu<T> add(Feature feature, int weight, Supplier<T> maker) {
        if (wanted.contains(feature)) {
            int share = feature.isSound() ? weight : weight * emphasis;
            entries.add(new Entry<>(feature, share, maker));
            total += share;
        }
        return this;
    }

    Choice<T> pick() {
        int left = dice.below(total);
        for (Entry<T> entry : entries) {
            left -= entry.weight();
            if (left < 0) {
                return new Choice<>(entry.feature(), entry.maker().get());
            }
        }
        throw new AssertionError("the weights do not add up to " + total);
    }
}
