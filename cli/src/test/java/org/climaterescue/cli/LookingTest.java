package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.Dispatcher;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What researchers and operators find out from a terminal, at a real dispatcher. */
class LookingTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String DIGEST = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";

    private static HttpServer priorizer;
    private static Dispatcher dispatcher;
    private static URI uri;

    @TempDir
    private Path dir = Path.of("");

    @BeforeAll
    static void start() throws Exception {
        priorizer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        priorizer.createContext("/ranking", exchange -> {
            byte[] ranking = "{\"asset\":[{\"url\":\"http://ranked.example/a\",\"priority\":1}]}"
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, ranking.length);
            exchange.getResponseBody().write(ranking);
            exchange.close();
        });
        priorizer.start();
        dispatcher = Dispatcher.start(Map.of(
                "DATABASE_URL",
                TestDatabase.create(),
                "DISPATCHER_PORT",
                "0",
                "PRIORIZER_URL",
                "http://localhost:" + priorizer.getAddress().getPort(),
                "RESCUE_PRIORIZER_REFRESH",
                "0",
                "LOG_LEVEL",
                "WARN"));
        uri = dispatcher.uri();
    }

    @AfterAll
    static void stop() {
        dispatcher.close();
        priorizer.stop(0);
    }

    @Test
    void whatIsSubmittedIsDownloadedFoundAndWithdrawnFromATerminal() throws Exception {
        String url = "http://found.example/sea%20ice.nc";
        JsonNode submitted = Json.mapper()
                .readTree(rescue("submit", url, "--name", "Sea ice", "--copies", "1", "--priority", "10", "--json")
                        .out());
        String task = submitted.path("task_id").asText();
        assertThat(rescue("copies", url).out()).contains("is pending (task " + task + ")", "Nobody has reported");
        String lease = take("node-l", task);

        assertThat(rescue("assignments", "--node", "node-l").out()).contains(task, "node-l", url);
        call(
                "POST",
                "/assignments/" + lease + "/complete",
                "{\"node_id\":\"node-l\",\"sha256\":\"%s\",\"size_bytes\":11}".formatted(DIGEST));

        assertThat(rescue("assignments", "--host", "found.example").out()).isEqualTo("Nothing is being downloaded.\n");
        assertThat(rescue("copies", "http://FOUND.example:80/sea%20ice.nc").out())
                .contains("is rescued", "node-l", DIGEST);
        assertThat(rescue("tasks", "--search", "sea ICE", "--status", "rescued").out())
                .contains(task, "1 of 1", url);
        assertThat(rescue("task", url).out()).contains("Sea ice", "1 of 1", DIGEST, "completed");
        assertThat(rescue("task", task, "--history").out()).contains("submitted", "assigned", lease);
        assertThat(rescue("manifest", "--format", "sha256").out()).startsWith(DIGEST);

        assertThat(rescue("nodes", "withdraw", "node-l", task).out())
                .isEqualTo("The copy of " + task + " at node node-l counts no more; the task is pending.\n");
        assertThat(rescue("manifest", "--format", "jsonl").out()).isEmpty();
    }

    @Test
    void whatIsKnownOfAFileIsSubmittedAndTheSameRequestAgainIsNoFailure() throws Exception {
        String[] submission = {
            "submit",
            "http://known.example/a",
            "--request-id",
            "script-7",
            "--dataset",
            "Sea ice",
            "--organization",
            "NSIDC",
            "--size",
            "1234567",
            "--sha256",
            DIGEST
        };
        String first = rescue(submission).out();

        assertThat(rescue(submission).out()).isEqualTo(first);
        JsonNode task = Json.mapper()
                .readTree(rescue(Stream.concat(Stream.of(submission), Stream.of("--json"))
                                .toArray(String[]::new))
                        .out());
        assertThat(task.at("/status").asText()).isEqualTo("pending");
        assertThat(task.at("/request_id").asText()).isEqualTo("script-7");
        assertThat(task.at("/dataset").asText()).isEqualTo("Sea ice");
        assertThat(task.at("/organization").asText()).isEqualTo("NSIDC");
        assertThat(task.at("/sha256").asText()).isEqualTo(DIGEST);
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertThat(rescue("task", task.at("/task_id").asText()).out()).contains("1.23 MB (1,234,567 bytes)");
        } finally {
            Locale.setDefault(before);
        }
        Run other = refused("submit", "http://known.example/b", "--request-id", "script-7");
        assertThat(other.err().strip()).hasLineCount(1).contains("422", "request_id script-7 was used before");
        assertThat(refused("submit", "http://known.example/a", "--request-id", "script-8")
                        .err())
                .contains("409", "this was taken before");
        Run wrong = Run.rescue("submit", "http://known.example/c", "--sha256", "abc", "--dispatcher", uri.toString());
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("400", "sha256 must be 64 hexadecimal digits");
    }

    private static Run refused(String... arguments) {
        Run run = Run.rescue(Stream.concat(Stream.of(arguments), Stream.of("--dispatcher", uri.toString()))
                .toArray(String[]::new));
        assertThat(run.code()).as(run.out()).isOne();
        return run;
    }

    @Test
    void aUrlIsTakenOnceAndTheAnswerSaysWhoHasIt() {
        rescue("submit", "http://twice.example/a");

        Run again = Run.rescue("submit", "http://twice.example/a", "--dispatcher", uri.toString());

        assertThat(again.code()).isOne();
        assertThat(again.err().strip()).hasLineCount(1).contains("409", "t-");
    }

    @Test
    void aCatalogIsListedAndSaysWhatItRefused() throws Exception {
        Path file = Files.writeString(dir.resolve("list.csv"), "url\nhttp://listed.example/a\nnonsense\n");

        Run run = rescue("import", file.toString(), "--name", "A list");

        String id = catalog("A list");
        assertThat(run.out()).contains("./rescue catalogs rejected " + id);
        assertThat(rescue("catalogs").out()).contains(id, "A list", "imported");
        assertThat(rescue("catalogs", "rejected", id).out().strip())
                .hasLineCount(1)
                .contains("\"position\":\"line 3\"", "nonsense");
        assertThat(rescue("tasks", "--catalog", id).out()).contains("http://listed.example/a");
    }

    @Test
    void aCatalogThatCameToNothingIsRemoved() throws Exception {
        Path file = Files.writeString(dir.resolve("page.html"), "<!doctype html>");
        assertThat(Run.rescue("import", file.toString(), "--dispatcher", uri.toString())
                        .code())
                .isOne();
        String id = catalog("page.html");

        assertThat(rescue("catalogs", "remove", id).out()).isEqualTo("Catalog " + id + " (page.html) is removed.\n");

        assertThat(rescue("catalogs").out()).doesNotContain("page.html");
    }

    /** The id of the catalog of this name. */
    private String catalog(String name) {
        return rescue("catalogs")
                .out()
                .lines()
                .filter(line -> line.contains(name))
                .map(line -> line.strip().replaceAll(" .*", ""))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void thePriorizerIsAskedWhenAnOperatorSaysSo() {
        assertThat(rescue("priorities", "refresh").out()).isEqualTo("1 task has a rank, 1 changed.\n");
        assertThat(rescue("priorities").out()).startsWith("Asked at 20").contains("1 task has a rank");
    }

    @Test
    void whatIsNotThereIsSaidInOneLine() {
        for (String[] line : new String[][] {
            {"task", "t-zzzzzzz"},
            {"copies", "http://unknown.example/"},
            {"catalogs", "rejected", "c-zzz"},
            {"catalogs", "remove", "c-zzz"},
        }) {
            Run run = Run.rescue(Stream.concat(Stream.of(line), Stream.of("--dispatcher", uri.toString()))
                    .toArray(String[]::new));
            assertThat(run.code()).as(run.out()).isOne();
            assertThat(run.err().strip()).hasLineCount(1).contains("answered 404");
        }
        assertThat(Run.rescue("tasks", "--status", "lost", "--dispatcher", uri.toString())
                        .err())
                .contains("status must be one of");
    }

    /** The lease on a task, most urgent and the only one of its kind. */
    private static String take(String node, String task) throws Exception {
        JsonNode given = call(
                        "POST", "/dispatch", "{\"node_id\":\"%s\",\"capacity_gb\":100,\"max_tasks\":1}".formatted(node))
                .at("/assignment/assigned_tasks/0");
        assertThat(given.path("task_id").asText()).isEqualTo(task);
        return given.path("assignment_id").asText();
    }

    private static Run rescue(String... arguments) {
        Run run = Run.rescue(Stream.concat(Stream.of(arguments), Stream.of("--dispatcher", uri.toString()))
                .toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        return run;
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
