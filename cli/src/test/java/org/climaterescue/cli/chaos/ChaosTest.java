package org.climaterescue.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Dispatchers and PostgreSQL are killed at random while a fleet works, some of which falls silent, fails, forgets and comes late.
 *
 * <p>The short form runs with all tests. The long one:
 *
 * <pre>{@code
 * mvn -pl cli -am -Dquick -Dmaven.test.skip=false test -Dtest=ChaosTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dchaos.seconds=60 -Dchaos.nodes=40 -Dchaos.seed=7
 * }</pre>
 *
 * <p>What happened is told at the end and in {@code cli/target/chaos}, with what the dispatchers logged.
 */
class ChaosTest {

    private static final int DISPATCHERS = 3;
    private static final int SUBMITTERS = 3;
    private static final Duration TO_START = Duration.ofMinutes(3);
    private static final Duration TO_FINISH = Duration.ofMinutes(2);

    /** The account at the end, and what the wrecker takes longer than it is told. */
    private static final Duration TO_SPARE = Duration.ofMinutes(5);

    private final ChaosPlan plan = ChaosPlan.ofSystemProperties();
    private final Stage stage = new Stage();
    private final Testimony testimony = new Testimony();

    @TempDir
    private Path directory;

    @Test
    void nothingAcknowledgedIsLostAndNoRuleIsBrokenWhateverIsKilled() throws Exception {
        Path logs = emptied(Path.of("target", "chaos"));
        try (Service service = Service.start(DISPATCHERS, directory, logs, stage)) {
            var calls =
                    new Calls(service.instances().stream().map(Instance::uri).toList(), stage);
            var watch = new Watch(service, stage);
            var audit = new Audit(service.jdbcUrl(), testimony, calls, plan.chance("audit"));
            List<String> report = new ArrayList<>();
            limit(TO_START.plus(plan.chaos()).plus(TO_FINISH).plus(TO_SPARE));
            try (var actors = new Actors()) {
                try {
                    perform(service, calls, watch, audit, actors, report);
                } finally {
                    report.add(0, figures(service, calls, watch));
                    report.addAll(calls.faults());
                    report.addAll(service.errors());
                    report.addAll(service.ownExits());
                    Files.write(logs.resolve("report.txt"), report);
                    report.forEach(System.out::println);
                    stage.end();
                }
            }
            assertThat(calls.faults()).isEmpty();
            assertThat(watch.violations()).isEmpty();
            assertThat(service.errors()).isEmpty();
            assertThat(service.ownExits()).isEmpty();
            assertThat(watch.looks()).as("looks at the database").isPositive();
            assertThat(watch.examinations()).as("checks of all invariants").isPositive();
            assertThat(service.kills()).as("kills").isPositive();
            assertThat(calls.inVain()).as("calls that met a kill").isPositive();
        }
    }

    /** Whatever hangs, the test does not: then whoever waits in it is interrupted, and all actors leave. */
    private void limit(Duration longest) {
        Thread test = Thread.currentThread();
        Thread.ofVirtual().name("limit").start(() -> {
            try {
                if (!stage.awaitEnd(longest)) {
                    test.interrupt();
                }
            } catch (InterruptedException nobodyDoes) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void perform(Service service, Calls calls, Watch watch, Audit audit, Actors actors, List<String> report)
            throws Exception {
        for (Instance instance : service.instances()) {
            actors.start("keeper", () -> service.keep(instance, plan.chance("keeper " + instance.uri())));
        }
        await().atMost(TO_START).until(service::whole);
        steerHosts(calls);
        actors.start("watch", () -> watch.look(plan.chance("watch")));
        var mayDie = new AtomicInteger(plan.nodes() / 4);
        for (int i = 0; i < plan.nodes(); i++) {
            var node = new SimulatedNode(i, plan, calls, stage, testimony, mayDie);
            actors.start("node " + i, node::live);
            actors.start("heart of node " + i, node::beat);
        }
        var submitters = new Actors();
        for (int i = 1; i <= SUBMITTERS; i++) {
            submitters.start("submitter " + i, new Submitter(i, plan, calls, stage, testimony)::submit);
        }

        new Wrecker(service, stage, plan.chance("wrecker")).wreck(plan.chaos());
        stage.calmDown();
        long calm = System.nanoTime();
        submitters.join();
        await().atMost(TO_FINISH)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> service.whole() && audit.unfinished() == 0);
        report.add("time to finish after the chaos: %d ms"
                .formatted(Duration.ofNanos(System.nanoTime() - calm).toMillis()));

        audit.check();
        try (Connection connection = DriverManager.getConnection(service.jdbcUrl())) {
            report.add("most assignments at once: " + audit.mostAtOnce(connection));
        }
    }

    /** Hosts become known with their first task. */
    private void steerHosts(Calls calls) throws Exception {
        Random chance = plan.chance("operator");
        var operator = new Submitter(0, plan, calls, stage, testimony);
        for (Map.Entry<String, Integer> host : ChaosPlan.STEERED.entrySet()) {
            operator.submit("http://" + host.getKey() + "/first.nc");
            calls.patch(chance, "/hosts/" + host.getKey(), Map.of("max_connections", host.getValue()));
        }
    }

    private String figures(Service service, Calls calls, Watch watch) {
        return """
                chaos of %d s with %d nodes, seed %d
                %s
                %s
                tasks submitted: %d, acknowledged completions: %d (%d late), failures: %d
                calls: %d, slowest beyond what it may wait: %d ms, faults: %d
                %s""".formatted(
                        plan.chaos().toSeconds(),
                        plan.nodes(),
                        plan.seed(),
                        service.figures(),
                        watch.figures(),
                        testimony.requests().size(),
                        testimony.copies().size(),
                        testimony.late(),
                        testimony.failures(),
                        calls.total(),
                        calls.slowestMillis(),
                        calls.faults().size(),
                        calls.outcomes());
    }

    private static Path emptied(Path logs) throws Exception {
        Files.createDirectories(logs);
        try (var files = Files.list(logs)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        return logs;
    }
}
