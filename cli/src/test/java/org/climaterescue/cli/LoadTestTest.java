package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.Dispatcher;
import org.climaterescue.mock.load.FleetOutcome;
import org.climaterescue.mock.load.FleetPlan;
import org.climaterescue.mock.load.LoadTest;
import org.climaterescue.mock.load.Timeline;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rescue loadtest} against a real dispatcher. */
class LoadTestTest {

    private static final String REAL =
            "{\"dataset_url\":\"https://data.example.org/sst.nc\",\"priority\":10,\"copies\":1}";

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path dir = Path.of("");

    @Test
    void everyTaskIsRescuedAndTheReportShowsIt() throws Exception {
        String database = TestDatabase.create();
        try (Dispatcher dispatcher = start(database, Map.of())) {
            Path page = dir.resolve("report.html");

            Run run = loadtest(dispatcher, "--tasks", "230", "--report", page.toString(), "--json");

            assertThat(run.code()).as(run.err()).isZero();
            JsonNode figures = Json.mapper().readTree(run.out());
            assertThat(figures.at("/phases")).hasSize(2).allSatisfy(phase -> {
                assertThat(phase.path("done").asInt()).isEqualTo(230);
                assertThat(phase.path("per_second").asDouble()).isPositive();
            });
            assertThat(figures.at("/phases/0/calls/DISPATCH/calls").asInt()).isEqualTo(230);
            assertThat(figures.at("/phases/1/calls/DISPATCH/calls").asInt()).isLessThan(20);
            assertThat(page).content().contains("<svg", "one task a call", "50 tasks a call");
            JsonNode stats = get(dispatcher, "/stats");
            assertThat(stats.at("/tasks/rescued/count").asInt()).isEqualTo(460);
            assertThat(stats.at("/nodes/gone").asInt()).isEqualTo(4);
            assertThat(stats.at("/nodes/active").asInt()).isZero();
            assertThat(Run.rescue("doctor", "--database", database).code()).isZero();
        }
    }

    @Test
    void aFleetMakesEveryCopyAndTheLawsHold() throws Exception {
        String database = TestDatabase.create();
        try (Dispatcher dispatcher = start(database, quick("2"))) {
            FleetOutcome outcome;
            var plan = new FleetPlan(12, 120, Duration.ofMillis(50), 0.1, 0.3);
            try (var test = new LoadTest(dispatcher.uri(), null, 40, new Stopper())) {
                outcome = test.fleet(plan);
            }
            assertThat(outcome.laws())
                    .allSatisfy(
                            law -> assertThat(law.holds()).as(law.toString()).isTrue());
            assertThat(outcome.standings()).containsOnly(Map.entry("rescued", 120L));
            assertThat(outcome.rescue().done()).isEqualTo(240);
            assertThat(outcome.nodes().stream()
                            .mapToInt(FleetOutcome.Share::copies)
                            .sum())
                    .isEqualTo(240);
            assertThat(outcome.failures()).isPositive();
            assertThat(outcome.silent()).isPositive();
            assertThat(outcome.orphaned()).isPositive();
            assertThat(outcome.handedOn()).isPositive();
            assertThat(get(dispatcher, "/stats").at("/nodes/gone").asInt()).isEqualTo(12);
            assertThat(Run.rescue("doctor", "--database", database).code()).isZero();
        }
    }

    @Test
    void aFleetTellsWhatItWaitsForAndItsReportOfItsNodesAndOfTheLaws() throws Exception {
        // Long enough that nothing is left to do but to wait for the leases of the silent node.
        Map<String, String> settings = new HashMap<>(quick("1"));
        settings.put("RESCUE_LOST_AFTER", "8s");
        try (Dispatcher dispatcher = start(TestDatabase.create(), settings)) {
            Path page = dir.resolve("fleet.html");

            Run run = Run.rescue(
                    "loadtest",
                    "--nodes",
                    "4",
                    "--tasks",
                    "24",
                    "--dispatcher",
                    dispatcher.uri().toString(),
                    "--report",
                    page.toString());

            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out())
                    .contains("holds   No lease was given out twice.", "Copies by slot", "1 node fell silent")
                    .contains("rescuing: waiting: 1 task", "leases of silent nodes")
                    .contains("Of 100 copies, 99 were made in")
                    .doesNotContain("0 downloads failed");
            assertThat(page).content().contains("<svg", "copies/s", "<h2>Laws</h2>", "No lease was given out twice.");
        }
    }

    @Test
    void aDispatcherThatHoldsARescueIsLeftAlone() throws Exception {
        try (Dispatcher dispatcher = start(TestDatabase.create(), Map.of())) {
            post(dispatcher, "/tasks", REAL);

            Run run = loadtest(dispatcher, "--tasks", "10");

            assertThat(run.code()).isOne();
            assertThat(run.err().strip())
                    .hasLineCount(1)
                    .contains("holds a rescue, for example tasks of data.example.org", "--yes");
            assertThat(get(dispatcher, "/nodes").at("/items")).isEmpty();
        }
    }

    @Test
    void aNodeThatWaitsForWorkIsARescueToo() throws Exception {
        try (Dispatcher dispatcher = start(TestDatabase.create(), Map.of())) {
            post(dispatcher, "/nodes", "{\"node_id\":\"lab-1\",\"name\":\"lab\",\"capacity_gb\":1}");

            assertThat(loadtest(dispatcher, "--tasks", "10").err())
                    .contains("holds a rescue, for example the node lab-1");
        }
    }

    @Test
    void aRealTaskIsNeverReportedAsDone() throws Exception {
        try (Dispatcher dispatcher = start(TestDatabase.create(), Map.of())) {
            String task = post(dispatcher, "/tasks", REAL).at("/task_id").asText();

            Run run = loadtest(dispatcher, "--tasks", "10", "--yes");

            assertThat(run.code()).isOne();
            assertThat(run.err()).contains(task, "given back untouched");
            JsonNode real = get(dispatcher, "/tasks/" + task);
            assertThat(real.at("/status").asText()).isEqualTo("pending");
            assertThat(real.at("/attempts").asInt()).isZero();
            JsonNode stats = get(dispatcher, "/stats");
            assertThat(stats.at("/queue/ready").asInt()).isOne();
            assertThat(stats.at("/queue/active").asInt()).isZero();
        }
    }

    @Test
    void aWrongKeyIsRefusedBeforeAnythingIsSubmitted() throws Exception {
        try (Dispatcher dispatcher = start(TestDatabase.create(), Map.of("RESCUE_OPERATOR_KEY", "right-right-right"))) {
            Run run = loadtest(dispatcher, "--tasks", "10", "--key", "wrong");

            assertThat(run.code()).isOne();
            assertThat(run.err().strip()).hasLineCount(1).contains("answered 401", "--key", "RESCUE_OPERATOR_KEY");
            assertThat(get(dispatcher, "/tasks").at("/items")).isEmpty();
        }
    }

    @Test
    void aRateLimitSlowsItDownAndIsTold() throws Exception {
        Map<String, String> secured = Map.of("RESCUE_OPERATOR_KEY", "right-right-right", "RESCUE_RATE_LIMIT", "30");
        try (Dispatcher dispatcher = start(TestDatabase.create(), secured)) {
            Run run = loadtest(
                    dispatcher, "--tasks", "40", "--key", "right-right-right", "--report", dir + "/picture.svg");

            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out()).contains("answered 429", "RESCUE_RATE_LIMIT");
            assertThat(dir.resolve("picture.svg")).content().startsWith("<?xml").contains("</svg>");
        }
    }

    @Test
    void stoppedBeforeItsTasksAreGivenOutItCancelsThemAll() throws Exception {
        String database = TestDatabase.create();
        try (Dispatcher dispatcher = start(database, Map.of())) {
            var stopper = new Stopper();
            try (var test = new LoadTest(dispatcher.uri(), null, 4, stopper)) {
                stopper.running = test;
                stopper.stopAtBegin = "one task a call";

                assertThatThrownBy(() -> test.drain(30, 4)).isInstanceOf(InterruptedException.class);

                assertThat(test.cancelled()).isEqualTo(30);
                assertThat(test.left()).isZero();
            }
            assertThat(get(dispatcher, "/stats").at("/tasks/cancelled/count").asInt())
                    .isEqualTo(30);
            assertNothingIsUnderWay(dispatcher, database);
        }
    }

    @Test
    void stoppedWhileItsTasksAreGivenOutItAccountsForEachOfThem() throws Exception {
        String database = TestDatabase.create();
        try (Dispatcher dispatcher = start(database, Map.of())) {
            var stopper = new Stopper();
            try (var test = new LoadTest(dispatcher.uri(), null, 4, stopper)) {
                stopper.running = test;

                assertThatThrownBy(() -> test.drain(3000, 4)).isInstanceOf(InterruptedException.class);

                JsonNode tasks = get(dispatcher, "/stats").at("/tasks");
                assertThat(tasks.at("/rescued/count").asInt()).isPositive();
                assertThat(tasks.at("/cancelled/count").asInt()).isEqualTo(test.cancelled());
                assertThat(tasks.at("/pending/count").asInt()).isEqualTo(test.left());
            }
            assertNothingIsUnderWay(dispatcher, database);
        }
    }

    private void assertNothingIsUnderWay(Dispatcher dispatcher, String database) throws Exception {
        JsonNode stats = get(dispatcher, "/stats");
        assertThat(stats.at("/queue/active").asInt()).isZero();
        assertThat(stats.at("/nodes/gone").asInt()).isEqualTo(4);
        assertThat(stats.at("/nodes/active").asInt()).isZero();
        assertThat(Run.rescue("doctor", "--database", database).code()).isZero();
    }

    @Test
    void whatAKilledLoadTestHasLeftIsCancelledFirst() throws Exception {
        try (Dispatcher dispatcher = start(TestDatabase.create(), Map.of())) {
            post(dispatcher, "/tasks", "{\"dataset_url\":\"https://h7.loadtest.invalid/before/1\",\"priority\":10}");

            Run run = loadtest(dispatcher, "--tasks", "10", "--report", dir + "/report.html");

            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out()).contains("Cancelled 1 task that an earlier load test had left.");
            assertThat(get(dispatcher, "/stats").at("/tasks/cancelled/count").asInt())
                    .isOne();
        }
    }

    @Test
    void onlyWhatLoadTestsHaveLeftCountsAsLeft() throws Exception {
        try (Dispatcher dispatcher = start(TestDatabase.create(), Map.of())) {
            String real = post(dispatcher, "/tasks", REAL).at("/task_id").asText();
            post(dispatcher, "/tasks", "{\"dataset_url\":\"https://h7.loadtest.invalid/before/1\"}");
            var totals = new ConcurrentLinkedQueue<Long>();
            LoadTest.Watcher watcher = new LoadTest.Watcher() {
                @Override
                public void begins(String name, long total) {
                    totals.add(total);
                }

                @Override
                public void passed(Timeline.Slice slice, long done) {}
            };

            try (var test = new LoadTest(dispatcher.uri(), null, 4, watcher)) {
                assertThat(test.cancelLeftovers()).isOne();
                assertThat(test.cancelLeftovers()).isZero();
            }

            assertThat(totals).containsExactly(1L);
            assertThat(get(dispatcher, "/tasks/" + real).at("/status").asText()).isEqualTo("pending");
        }
    }

    @Test
    void aReportThatCannotBeWrittenIsSaidBeforeAnythingIsDone() {
        Run run = Run.rescue(
                "loadtest", "--report", dir.resolve("nowhere/report.html").toString());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--report", "nowhere");
    }

    /** Stops a test from another thread, as Ctrl-C does: when a part begins, or else as soon as a task is drained. */
    private static final class Stopper implements LoadTest.Watcher {

        private @Nullable LoadTest running;
        private @Nullable String stopAtBegin;
        private String part = "";

        @Override
        public void begins(String name, long total) {
            part = name;
            if (name.equals(stopAtBegin)) {
                stop();
            }
        }

        @Override
        public void passed(Timeline.Slice slice, long done) {
            if (stopAtBegin == null && part.equals("one task a call") && done > 0) {
                stop();
            }
        }

        private void stop() {
            CompletableFuture.runAsync(Objects.requireNonNull(running)::close).join();
        }
    }

    private Run loadtest(Dispatcher dispatcher, String... options) {
        String[] all = new String[options.length + 5];
        System.arraycopy(options, 0, all, 5, options.length);
        all[0] = "loadtest";
        all[1] = "--dispatcher";
        all[2] = dispatcher.uri().toString();
        all[3] = "--connections";
        all[4] = "4";
        return Run.rescue(all);
    }

    /** Leases of a silent node run out in seconds, and failures are tried again at once. */
    private static Map<String, String> quick(String copies) {
        return Map.of(
                "RESCUE_COPIES", copies,
                "RESCUE_RETRY_BASE", "100ms",
                "RESCUE_HEARTBEAT", "1s",
                "RESCUE_SUSPECT_AFTER", "2s",
                "RESCUE_LOST_AFTER", "3s");
    }

    private static Dispatcher start(String database, Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("DATABASE_URL", database);
        environment.put("DISPATCHER_HOST", "127.0.0.1");
        environment.put("DISPATCHER_PORT", "0");
        environment.put("LOG_LEVEL", "WARN");
        return Dispatcher.start(environment);
    }

    private JsonNode post(Dispatcher dispatcher, String path, String json) throws Exception {
        return send(HttpRequest.newBuilder(dispatcher.uri().resolve(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    }

    private JsonNode get(Dispatcher dispatcher, String path) throws Exception {
        return send(HttpRequest.newBuilder(dispatcher.uri().resolve(path)));
    }

    private JsonNode send(HttpRequest.Builder request) throws Exception {
        return Json.mapper()
                .readTree(client.send(request.build(), BodyHandlers.ofString()).body());
    }
}
