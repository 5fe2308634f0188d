package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Map;
import java.util.stream.Stream;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.Dispatcher;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators do to nodes, hosts and tasks from a terminal, at a real dispatcher. */
class OperatorTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static String database = "";
    private static Dispatcher dispatcher;
    private static URI uri;

    @BeforeAll
    static void start() {
        database = TestDatabase.create();
        dispatcher = Dispatcher.start(Map.of(
                "DATABASE_URL", database, "DISPATCHER_PORT", "0", "RESCUE_MAX_ATTEMPTS", "1", "LOG_LEVEL", "WARN"));
        uri = dispatcher.uri();
    }

    @AfterAll
    static void stop() {
        dispatcher.close();
    }

    @Test
    void aNodeIsDrainedAndThenSignedOff() throws Exception {
        join("node-a", "Anna's machine");

        assertThat(rescue("nodes").out()).contains("node-a", "Anna's machine", "active", "100 GB");
        assertThat(rescue("nodes", "drain", "node-a").out()).isEqualTo("Node node-a is draining.\n");
        assertThat(rescue("nodes", "--status", "draining").out()).contains("node-a");
        assertThat(rescue("nodes", "remove", "node-a").out())
                .isEqualTo("Node node-a is signed off: 0 assignments went back.\n");
        assertThat(rescue("nodes", "--status", "active,draining", "--json").out())
                .doesNotContain("\"node-a\"");
        assertThat(Json.mapper()
                        .readTree(rescue("nodes", "remove", "node-a", "--withdraw-copies", "--json")
                                .out())
                        .at("/withdrawn")
                        .asInt(-1))
                .isZero();
    }

    @Test
    void aDrainIsToldOfWhereverTheNodeIsAndUndone() throws Exception {
        join("node-r", "r");
        rescue("nodes", "drain", "node-r");
        call("DELETE", "/nodes/node-r", "");

        assertThat(rescue("nodes", "--search", "node-r").out()).contains("gone, drained");
        assertThat(rescue("nodes", "drain", "node-r").out())
                .isEqualTo("Node node-r is gone; when it is back it gets nothing new.\n");
        join("node-r", "r");
        assertThat(rescue("nodes", "--search", "node-r").out()).contains("draining");
        assertThat(rescue("nodes", "resume", "node-r").out()).isEqualTo("Node node-r is active again.\n");
        assertThat(rescue("nodes", "--search", "node-r", "--json").out())
                .contains("\"status\":\"active\"", "\"drained\":false");
        call("DELETE", "/nodes/node-r", "");
        assertThat(rescue("nodes", "resume", "node-r").out())
                .isEqualTo("Node node-r is gone; when it is back it gets work again.\n");
    }

    @Test
    void aNodeIsCalledByItsNameWhereOnlyOneHasIt() throws Exception {
        join("node-n1", "Nora's machine");
        join("node-n2", "two of it");
        join("node-n3", "two of it");
        join("node-n4", "node-n5");
        join("node-n5", "other");

        assertThat(rescue("nodes", "drain", "Nora's machine").out())
                .isEqualTo("Node Nora's machine (node-n1) is draining.\n");
        assertThat(rescue("nodes", "resume", "Nora's machine").out())
                .isEqualTo("Node Nora's machine (node-n1) is active again.\n");
        assertThat(rescue("nodes", "remove", "Nora's machine", "--withdraw-copies")
                        .out())
                .isEqualTo("Node Nora's machine (node-n1) is signed off: 0 assignments went back,"
                        + " 0 copies no longer count.\n");
        Run several = Run.rescue("nodes", "drain", "two of it", "--dispatcher", uri.toString());
        assertThat(several.code()).isOne();
        assertThat(several.err().strip())
                .hasLineCount(1)
                .contains("2 nodes are called two of it", "node-n2 (active)", "node-n3 (active)", "by its id");
        Run nobody = Run.rescue("nodes", "drain", "two of", "--dispatcher", uri.toString());
        assertThat(nobody.code()).isOne();
        assertThat(nobody.err()).contains("no node has the id or the name two of");
        assertThat(rescue("nodes", "drain", "node-n4").out()).isEqualTo("Node node-n4 is draining.\n");
        Run both = Run.rescue("nodes", "drain", "node-n5", "--dispatcher", uri.toString());
        assertThat(both.code()).isOne();
        assertThat(both.err()).contains("node-n5 is the id of one node and the name of another", "Say node-n4");
        assertThat(rescue("nodes", "--search", "node-n2").out()).contains("active");
    }

    @Test
    void whatANodeDoesIsLookedForByItsNameToo() throws Exception {
        String task = submit("http://named.example/a");
        join("node-w", "Wanda's machine");
        JsonNode given = call("POST", "/dispatch", "{\"node_id\":\"node-w\",\"capacity_gb\":100,\"max_tasks\":1000}");
        String lease = given.at("/assignment/assigned_tasks")
                .valueStream()
                .filter(one -> one.at("/task_id").asText().equals(task))
                .map(one -> one.at("/assignment_id").asText())
                .findFirst()
                .orElseThrow();

        assertThat(rescue("assignments", "--node", "Wanda's machine").out()).contains(task);
        assertThat(rescue("tasks", "--node", "Wanda's machine").out()).contains(task);

        call(
                "POST",
                "/assignments/" + lease + "/complete",
                "{\"node_id\":\"node-w\",\"sha256\":\"%s\",\"size_bytes\":1}".formatted("a".repeat(64)));
        assertThat(rescue("nodes", "withdraw", "Wanda's machine", task).out())
                .isEqualTo("The copy of %s at node Wanda's machine (node-w) counts no more; the task is pending.\n"
                        .formatted(task));
        call("DELETE", "/nodes/node-w", "");
        rescue("cancel", task);
    }

    @Test
    void theHostsForWhichMostWaitsAreListedFirst() throws Exception {
        String crowd = "crowd" + System.nanoTime() + ".example";
        String late = "late" + System.nanoTime() + ".example";
        for (int i = 0; i < 30; i++) {
            submit("http://" + crowd + "/" + i);
        }
        submit("http://" + late + "/only");

        String out = rescue("hosts").out();

        assertThat(out.indexOf(crowd)).isPositive().isLessThan(out.indexOf(late));
        assertThat(out.lines().skip(2).findFirst().orElseThrow()).contains(crowd);
        String latest = rescue("hosts", "--sort", "known").out();
        assertThat(latest.lines().skip(2).findFirst().orElseThrow()).contains(late);
    }

    @Test
    void anImportThatFailsSaysInPlainEnglishWhatHappenedAndWhatToDo(@TempDir Path dir) throws Exception {
        Path poem = Files.writeString(dir.resolve("poem.txt"), "Roses are red,\nviolets are blue\n");
        Path broken = Files.writeString(dir.resolve("broken.json"), """
                {"dataset": [{"title": "x", "distribution": [{"downloadURL": "http://broken.example/1"}]}, {"title":""");

        Run unknown = Run.rescue("import", poem.toString(), "--dispatcher", uri.toString());
        Run half = Run.rescue("import", broken.toString(), "--dispatcher", uri.toString());

        assertThat(unknown.code()).isOne();
        assertThat(unknown.out()).contains("could not be read to its end").doesNotContain("is failed");
        assertThat(unknown.err().strip())
                .hasLineCount(1)
                .contains("failed: ", "Nothing was added", "--format")
                .doesNotContain("format=");
        assertThat(half.code()).isOne();
        assertThat(half.err().strip()).hasLineCount(1).contains("broke off: ", "What came before that is kept");
    }

    @Test
    void aListOfManyPagesIsWholeAndEndsWhereItIsToldTo() throws Exception {
        try (Connection connection = DriverManager.getConnection(database)) {
            connection.createStatement().execute("""
                            insert into node (node_id, name, capacity_bytes)
                            select 'many-' || i, 'one of many', 0 from generate_series(1, 2500) i
                            """);
        }

        assertThat(rescue("nodes", "--limit", "9999", "--search", "many-").out().lines())
                .filteredOn(line -> line.contains(" many-"))
                .hasSize(2500);
        assertThat(rescue("nodes", "--json").out().lines().filter(line -> line.contains("\"many-")))
                .hasSize(2500)
                .allSatisfy(line -> assertThat(
                                Json.mapper().readTree(line).at("/capacity_gb").asInt(-1))
                        .isZero());
        Run some = rescue("nodes", "--limit", "1200");
        assertThat(some.out().lines().filter(line -> line.contains("node-") || line.contains("many-")))
                .hasSize(1200);
        assertThat(some.out()).contains("… and more");
        assertThat(rescue("nodes", "--sort", "active").out().lines())
                .as("what a person reads")
                .hasSizeLessThan(110)
                .anyMatch(line -> line.startsWith("… and more"));
    }

    @Test
    void nodesOfSeveralStatusesAreLookedForInWholePages() throws Exception {
        try (Connection connection = DriverManager.getConnection(database)) {
            connection.createStatement().execute("""
                            insert into node (node_id, name, capacity_bytes)
                            select 'crowd-' || i, 'one of a crowd', 0 from generate_series(1, 2500) i
                            """);
        }
        try {
            double before = listsOfNodes();

            Run run = rescue("nodes", "--status", "lost", "--status", "gone", "--limit", "1", "--search", "crowd-");

            assertThat(run.out()).isEqualTo("No such node is registered.\n");
            assertThat(listsOfNodes() - before).isEqualTo(3);
        } finally {
            try (Connection connection = DriverManager.getConnection(database)) {
                connection.createStatement().execute("delete from node where node_id like 'crowd-%'");
            }
        }
    }

    private static double listsOfNodes() throws Exception {
        var request = HttpRequest.newBuilder(uri.resolve("/prometheus")).build();
        return CLIENT.send(request, BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith("http_server_requests_seconds_count{")
                        && line.contains("uri=\"/nodes\"")
                        && line.contains("method=\"GET\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void aHostIsPausedResumedAndLimited() throws Exception {
        submit("http://steered.example/a");

        assertThat(rescue("hosts", "--search", "STEERED").out())
                .contains("steered.example")
                .hasLineCount(3);
        assertThat(rescue("hosts", "pause", "steered.example").out()).startsWith("steered.example: paused,");
        assertThat(host("steered.example").at("/paused").asBoolean()).isTrue();
        assertThat(rescue("hosts", "limit", "steered.example", "7").out()).contains("at most 7 downloads");
        assertThat(rescue("hosts", "resume", "steered.example").out()).startsWith("steered.example: open,");
        assertThat(host("steered.example").at("/max_connections").asInt()).isEqualTo(7);
        assertThat(host("steered.example").at("/paused").asBoolean()).isFalse();
    }

    @Test
    void failedTasksAreCountedListedAndTriedAgainByReason() throws Exception {
        String one = submit("http://broken.example/one");
        String other = submit("http://broken.example/other");
        fail("node-f", "broken.example", "too_large", "it has 9 EB \u001b[2J");

        assertThat(rescue("failed").out()).contains("too_large", "broken.example", "it has 9 EB ?[2J");
        assertThat(rescue("failed", "--reason", "too_large").out())
                .contains(one, "http://broken.example/one", other, "http://broken.example/other", "it has 9 EB ?[2J");
        assertThat(rescue("failed", "--reason", "too_large", "--json").out().lines())
                .hasSize(2)
                .extracting(line -> Json.mapper().readTree(line))
                .allSatisfy(task -> {
                    assertThat(task.at("/status").asText()).isEqualTo("failed");
                    assertThat(task.at("/last_error/detail").asText()).isEqualTo("it has 9 EB \u001b[2J");
                    assertThat(task.at("/last_error/node_id").asText()).isEqualTo("node-f");
                });
        assertThat(rescue("task", one).out())
                .contains("http://broken.example/one", "node-f", "too_large", "it has 9 EB ?[2J");
        assertThat(rescue("failed", "--reason", "too_large", "--limit", "1").out())
                .contains("… and more");

        assertThat(rescue("retry", "--reason", "too_large").out()).isEqualTo("2 tasks will be tried again.\n");
        assertThat(rescue("failed", "--reason", "too_large").out()).isEqualTo("No task has failed for it.\n");
        assertThat(task(one).at("/status").asText()).isEqualTo("pending");
        assertThat(rescue("cancel", "--reason", "too_large").out()).isEqualTo("0 tasks called off.\n");
    }

    @Test
    void aTaskIsMadeUrgentCalledOffAndTriedAgain() throws Exception {
        String task = submit("http://single.example/a");

        assertThat(rescue("priority", task, "9").out()).isEqualTo("Task " + task + " has priority 9; it is pending.\n");
        assertThat(task(task).at("/priority").asInt()).isEqualTo(9);
        assertThat(rescue("cancel", task).out()).isEqualTo("Task " + task + " is cancelled.\n");
        assertThat(rescue("retry", task, "--json").out().strip())
                .isEqualTo("{\"task_id\":\"" + task + "\",\"status\":\"pending\"}");
    }

    @Test
    void aTaskThatRefusesHarmsNoOtherAndTheExitCodeTells() throws Exception {
        String task = submit("http://single.example/b");

        Run run = Run.rescue("cancel", "t-zzzzzzz", task, "--dispatcher", uri.toString());

        assertThat(run.code()).isOne();
        assertThat(run.err().strip()).hasLineCount(1).contains("there is no task t-zzzzzzz");
        assertThat(run.out()).isEqualTo("Task " + task + " is cancelled.\n");
    }

    @Test
    void whichTasksIsSaidInOneWay() {
        for (String line : new String[] {"retry", "retry t-1 --reason gone", "cancel --reason nonsense"}) {
            Run run = Run.rescue((line + " --dispatcher " + uri).split(" "));
            assertThat(run.code()).as(line).isEqualTo(2);
            assertThat(run.err().strip()).as(line).hasLineCount(1);
        }
    }

    @Test
    void aSecuredDispatcherTellsHowToShowTheKeyAndWhichKeyWasWrong() throws Exception {
        try (Dispatcher secured = Dispatcher.start(Map.of(
                "DATABASE_URL", TestDatabase.create(),
                "DISPATCHER_PORT", "0",
                "DISPATCHER_HOST", "127.0.0.1",
                "RESCUE_OPERATOR_KEY", "the-operators-key",
                "LOG_LEVEL", "WARN"))) {
            String there = secured.uri().toString();

            Run without = Run.rescue("cancel", "t-1", "--dispatcher", there);
            Run wrong = Run.rescue("cancel", "t-1", "--dispatcher", there, "--key", "another");
            Run right = Run.rescue("cancel", "t-1", "--dispatcher", there, "--key", "the-operators-key");
            Run read = Run.rescue("nodes", "--dispatcher", there);

            assertThat(without.err().strip()).hasLineCount(1).contains("401", "--key", "RESCUE_OPERATOR_KEY");
            assertThat(wrong.err().strip()).hasLineCount(1).contains("401", "is not this dispatcher's operator key");
            assertThat(right.err().strip()).hasLineCount(1).contains("404", "there is no task t-1");
            assertThat(read.out()).isEqualTo("No node is registered.\n");
            assertThat(Stream.of(without, wrong, right)).allMatch(run -> run.code() == 1);
        }
    }

    @Test
    void optionsMayStandBeforeACommandWithinACommand() throws Exception {
        join("node-o", "o");

        Run run = Run.rescue("nodes", "--dispatcher", uri.toString(), "drain", "node-o");

        assertThat(run.out()).as(run.err()).isEqualTo("Node node-o is draining.\n");
    }

    private static Run rescue(String... arguments) {
        Run run = Run.rescue(Stream.concat(Stream.of(arguments), Stream.of("--dispatcher", uri.toString()))
                .toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        return run;
    }

    private static void join(String id, String name) throws Exception {
        call("POST", "/nodes", "{\"node_id\":\"%s\",\"name\":\"%s\",\"capacity_gb\":100}".formatted(id, name));
    }

    private static String submit(String url) throws Exception {
        return call("POST", "/tasks", "{\"dataset_url\":\"%s\"}".formatted(url))
                .at("/task_id")
                .asText();
    }

    /** The node fails all tasks of a host, and gives back what is none of them. */
    private static void fail(String node, String host, String reason, String detail) throws Exception {
        join(node, node);
        JsonNode given = call(
                "POST", "/dispatch", "{\"node_id\":\"%s\",\"capacity_gb\":100,\"max_tasks\":1000}".formatted(node));
        for (JsonNode task : given.at("/assignment/assigned_tasks")) {
            boolean ours =
                    URI.create(task.at("/dataset_url").asText()).getHost().equals(host);
            call(
                    "POST",
                    "/assignments/%s/%s".formatted(task.at("/assignment_id").asText(), ours ? "fail" : "release"),
                    Json.mapper()
                            .createObjectNode()
                            .put("node_id", node)
                            .put("reason", reason)
                            .put("detail", detail)
                            .toString());
        }
    }

    private static JsonNode host(String name) throws Exception {
        return call("GET", "/hosts/" + name, "");
    }

    private static JsonNode task(String id) throws Exception {
        return call("GET", "/tasks/" + id, "");
    }

    private static JsonNode call(String method, String path, String body) throws Exception {
        var request = HttpRequest.newBuilder(uri.resolve(path))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build();
        var response = CLIENT.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
        return Json.mapper().readTree(response.body());
    }
}
