package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.TransactionRolledBackException;
import com.scrapersky.session.testkit.MustChangeBackend;
import io.micrometer.common.KeyValue;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What a factory does is observed where there is somebody to observe it. */
@MustChangeBackend
class ObservationsTest {

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    DataSourceAutoConfiguration.class,
                    SkySessionAutoConfiguration.class,
                    SkySessionActuatorAutoConfiguration.class))
            .withPropertyValues(Route.PGBOUNCER_1_18.properties());

    private final TestObservationRegistry registry = TestObservationRegistry.create();
    private final Observed listener = new Observed();
    private final List<Observation.Context> observed = listener.ended();
    private final ApplicationContextRunner observing = application.withBean(ObservationRegistry.class, () -> registry);

    ObservationsTest() {
        registry.observationConfig().observationHandler(listener);
    }

    private static Map<String, String> tags(Observation.Context context) {
        Map<String, String> tags = new TreeMap<>();
        for (KeyValue tag : context.getLowCardinalityKeyValues()) {
            tags.put(tag.getKey(), tag.getValue());
        }
        return tags;
    }

    @Test
    void transactionsAndWhatIsOutsideOfThem() {
        observing.run(context -> {
            DatabaseSessionFactory sessions = context.getBean(DatabaseSessionFactory.class);
            sessions.read(session -> session.sql("select 1").row());
            sessions.sql("select :n::int").param("n", 815).row();
            sessions.pipeline(pipeline -> pipeline.sql("select 1").row());
            sessions.sql("select set_config('application_name', :name, true)")
                    .batch(List.of(Map.of("name", "a"), Map.of("name", "b")));

            assertThat(observed.stream().map(Observation.Context::getName))
                    .containsExactly(
                            "db.client.transaction",
                            "db.client.operation.duration",
                            "db.client.operation.duration",
                            "db.client.operation.duration");
            assertThat(observed.stream().map(Observation.Context::getContextualName))
                    .containsExactly("read-only transaction", "SELECT", "PIPELINE", "BATCH SELECT");
            assertThat(tags(observed.get(0)))
                    .isEqualTo(Map.of(
                            "db.system.name", "postgresql",
                            "name", "dataSource",
                            "read_only", "true",
                            "outcome", "committed",
                            "db.response.status_code", "none",
                            "error.type", "none"));
            assertThat(tags(observed.get(1)))
                    .isEqualTo(Map.of(
                            "db.system.name", "postgresql",
                            "name", "dataSource",
                            "db.operation.name", "SELECT",
                            "outcome", "committed",
                            "db.response.status_code", "none",
                            "error.type", "none"));
        });
    }

    @Test
    void failuresAreToldWithoutTextAndValue() {
        observing.run(context -> {
            DatabaseSessionFactory sessions = context.getBean(DatabaseSessionFactory.class);
            assertThatThrownBy(() -> sessions.sql("select 'secret literal' where 1 / :n = 1")
                            .param("n", 0)
                            .row())
                    .isInstanceOf(DatabaseException.class);
            assertThatThrownBy(() -> sessions.sql("secret_thing").row()).isInstanceOf(DatabaseException.class);
            assertThatThrownBy(() -> sessions.write(session -> {
                        assertThatThrownBy(() -> session.sql("select 'secret literal' / 0")
                                        .row())
                                .isInstanceOf(DatabaseException.class);
                        return null;
                    }))
                    .isInstanceOf(TransactionRolledBackException.class);
            assertThatThrownBy(() -> sessions.write(session -> {
                        throw new IllegalStateException("changed my mind");
                    }))
                    .isInstanceOf(IllegalStateException.class);

            assertThat(tags(observed.get(0)))
                    .containsEntry("db.response.status_code", "22012")
                    .containsEntry("error.type", "rejected")
                    .containsEntry("outcome", "rolled_back");
            assertThat(tags(observed.get(1)))
                    .containsEntry("db.operation.name", "OTHER")
                    .containsEntry("db.response.status_code", "42601");
            assertThat(tags(observed.get(2))).containsEntry("outcome", "rolled_back");
            assertThat(tags(observed.get(3)))
                    .containsEntry("outcome", "rolled_back")
                    .containsEntry("error.type", "java.lang.IllegalStateException");
            assertThat(observed).hasSize(4).allSatisfy(one -> {
                assertThat(one.getError()).isNotNull();
                assertThat(one + " " + one.getError() + " " + one.getAllKeyValues())
                        .doesNotContain("secret", "815");
            });
        });
    }

    /** As spans nest: what the work of a transaction observes is within it, and it is within what goes on around it. */
    @Test
    void oneIsWithinTheOther() {
        observing.run(context -> {
            DatabaseSessionFactory sessions = context.getBean(DatabaseSessionFactory.class);
            Observation.createNotStarted("job", registry)
                    .observe(() -> sessions.write(session -> {
                        session.sql("select 1").row();
                        Observation.createNotStarted("step", registry).observe(() -> {});
                        sessions.sql("select 2").row();
                        return null;
                    }));

            assertThat(observed.stream().map(Observation.Context::getName))
                    .containsExactly("step", "db.client.operation.duration", "db.client.transaction", "job");
            assertThat(parent(0)).isEqualTo("db.client.transaction");
            assertThat(parent(1)).isEqualTo("db.client.transaction");
            assertThat(parent(2)).isEqualTo("job");
            assertThat(registry.getCurrentObservation()).as("left in scope").isNull();
            TestObservationRegistryAssert.assertThat(registry)
                    .doesNotHaveAnyRemainingCurrentObservation()
                    .hasObservationWithNameEqualTo("db.client.transaction")
                    .that()
                    .hasBeenStarted()
                    .hasBeenStopped()
                    .doesNotHaveError();
        });
    }

    private String parent(int number) {
        return ((Observation) observed.get(number).getParentObservation())
                .getContext()
                .getName();
    }

    /** With Spring Boot's own registry they are timers, and its property switches them off. */
    @Test
    void theyAreTimersUnlessSwitchedOff() {
        ApplicationContextRunner measured = application.withConfiguration(AutoConfigurations.of(
                MetricsAutoConfiguration.class,
                CompositeMeterRegistryAutoConfiguration.class,
                SimpleMetricsExportAutoConfiguration.class,
                ObservationAutoConfiguration.class));
        measured.run(context -> {
            context.getBean(DatabaseSessionFactory.class).sql("select 1").row();
            assertThat(context.getBean(MeterRegistry.class)
                            .get("db.client.operation.duration")
                            .tag("db.operation.name", "SELECT")
                            .timer()
                            .count())
                    .isEqualTo(1);
        });
        measured.withPropertyValues("management.observations.enable.db.client=false")
                .run(context -> {
                    context.getBean(DatabaseSessionFactory.class)
                            .sql("select 1")
                            .row();
                    assertThat(context.getBean(MeterRegistry.class)
                                    .find("db.client.operation.duration")
                                    .timer())
                            .isNull();
                });
    }

    @Test
    void withoutARegistryNobodyIsTold() {
        application.run(context -> assertThat(context).doesNotHaveBean("skySessionObservations"));
    }
}
