package com.scrapersky.session.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.SessionFeature;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SessionFeatureTest {

    @ParameterizedTest
    @EnumSource
    void itsExamplesHaveIt(SessionFeature feature) {
        assertThat(feature.examples()).isNotEmpty();
        for (String example : feature.examples()) {
            // A call of JDBC is no text, and a function hides what it does.
            if (!example.startsWith("connection.") && !example.contains("login_as")) {
                assertThat(GuardedSql.of(example).features()).as(example).contains(feature);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void saysAll(SessionFeature feature) {
        assertThat(feature.id())
                .matches("[a-z]+(-[a-z]+)*")
                .isEqualTo(feature.name().toLowerCase().replace('_', '-'));
        assertThat(feature.title()).isNotBlank();
        assertThat(feature.reason()).endsWith(".");
        assertThat(feature.wayOut()).isNotBlank().doesNotEndWith(".");
        assertThat(feature.treatment().id()).matches("[a-z]+");
    }

    @Test
    void idsAreUnique() {
        assertThat(Arrays.stream(SessionFeature.values()).map(SessionFeature::id))
                .doesNotHaveDuplicates();
    }
}
