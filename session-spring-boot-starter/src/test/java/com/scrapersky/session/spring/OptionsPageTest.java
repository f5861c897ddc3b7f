package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.SessionFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** One declaration of the options: the class, the metadata, the page and the hints say the same. */
class OptionsPageTest {

    private static final Path PAGE = Path.of("..", "docs", "options.md");

    @Test
    void thePageSaysWhatIsDeclared() throws IOException {
        if ("write".equals(System.getProperty("options.page"))) {
            Files.writeString(PAGE, OptionsPage.text());
        }
        assertThat(Files.readString(PAGE))
                .as("docs/options.md; write it by -Doptions.page=write")
                .isEqualTo(OptionsPage.text());
    }

    @Test
    void eachOptionHasADescription() {
        assertThat(OptionsPage.properties())
                .isNotEmpty()
                .allSatisfy(property -> assertThat((String) property.get("description"))
                        .as((String) property.get("name"))
                        .endsWith("."));
    }

    @Test
    void whatAnIdeOffersIsWhatThereIs() {
        assertThat(offered("sky.session.pooler"))
                .containsExactlyElementsOf(Arrays.stream(PoolerChoice.values())
                        .map(choice -> word(choice.name()))
                        .toList());
        assertThat(offered("sky.session.policy.keys"))
                .containsExactlyElementsOf(Arrays.stream(SessionFeature.values())
                        .map(feature -> word(feature.name()))
                        .toList());
        assertThat(offered("sky.session.policy.values"))
                .containsExactlyElementsOf(Arrays.stream(SessionFeature.Treatment.values())
                        .map(treatment -> word(treatment.name()))
                        .toList());
    }

    @SuppressWarnings("unchecked")
    private static List<String> offered(String name) {
        return OptionsPage.hints().stream()
                .filter(hint -> name.equals(hint.get("name")))
                .flatMap(hint -> ((List<Map<String, Object>>) hint.get("values")).stream())
                .map(value -> (String) value.get("value"))
                .toList();
    }

    private static String word(String constant) {
        return constant.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Test
    void whatIsOutOfBoundsIsRefused() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(DataSourceAutoConfiguration.class, SkySessionAutoConfiguration.class))
                .withPropertyValues(Route.DIRECT.properties("sky.session.maximum-session-connections=0"))
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("sky.session.maximum-session-connections must be at least 1"));
    }

    @Test
    void allTogetherAreUnderstood() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(DataSourceAutoConfiguration.class, SkySessionAutoConfiguration.class))
                .withPropertyValues(Route.PGBOUNCER_1_26.properties(
                        "sky.session.pooler=pgbouncer-transaction",
                        "sky.session.session-url=postgresql://localhost:"
                                + Route.postgres().port() + "/"
                                + Route.postgres().database(),
                        "sky.session.maximum-session-connections=1",
                        "sky.session.policy.advisory-lock=move"))
                .run(context -> {
                    var sessions = context.getBean(com.scrapersky.session.DatabaseSessionFactory.class);
                    assertThat(sessions.profile().evidence().get(0).conclusion())
                            .isEqualTo("taken at its word");
                    try (var connection = sessions.dataSource().getConnection();
                            var statement = connection.createStatement()) {
                        statement.execute("select pg_advisory_lock(42)");
                    }
                    assertThat(sessions.sessionMoves()).containsEntry(SessionFeature.ADVISORY_LOCK, 1L);
                });
    }
}
