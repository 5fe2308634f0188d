package org.climaterescue.dispatcher.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.TestService;
import org.climaterescue.dispatcher.TestService.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Three dispatchers on one database, to which the same is submitted at once, in every way that there is. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DuplicatesAtSeveralInstancesTest {

    private static final int URLS = 40;
    private static final int SINGLY = 4;
    private static final int IN_BULK = 2;
    private static final int REQUESTS = 20;
    private static final int EACH = 6;

    private final List<TestService> instances = new ArrayList<>();
    private final LongAdder turnedAway = new LongAdder();
    private TestService service;

    @BeforeAll
    void start(@TempDir Path dataDir) {
        String database = TestDatabase.create();
        for (int i = 0; i < 3; i++) {
            instances.add(TestService.start(dataDir.resolve("instance-" + i), database));
        }
        service = instances.getFirst();
    }

    @AfterAll
    void stop() {
        instances.forEach(TestService::close);
    }

    @Test
    void ofEqualUrlsOneIsTakenAndAllOthersAreToldOfItsTask() throws Exception {
        List<Callable<List<Told>>> calls = new ArrayList<>();
        for (TestService instance : instances) {
            for (int url = 0; url < URLS; url++) {
                for (int spelling = 0; spelling < SINGLY; spelling++) {
                    int n = url;
                    String body = "{\"dataset_url\":\"" + spelled(url, spelling) + "\"}";
                    calls.add(() -> List.of(Told.of(n, decided(instance, "/tasks", body))));
                }
            }
            for (int i = 0; i < IN_BULK; i++) {
                String lines = lines("dataset_url", i);
                calls.add(() -> Told.lines(decided(instance, "/tasks/bulk", lines)));
            }
            String catalog = "/catalogs?format=jsonl&name=catalog-" + instances.indexOf(instance);
            String lines = lines("url", 2);
            calls.add(() -> {
                assertThat(decided(instance, catalog, lines).status()).isEqualTo(202);
                return List.of();
            });
        }

        long began = System.nanoTime();
        List<Told> answers = atOnce(calls);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> catalogs().stream()
                        .allMatch(catalog -> catalog.get("status").asText().equals("imported")));
        long took = Duration.ofNanos(System.nanoTime() - began).toMillis();

        Map<Integer, String> tasks = tasks("equal.test");
        assertThat(tasks).hasSize(URLS);
        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.status()).isIn(202, 409);
            assertThat(answer.task()).isEqualTo(tasks.get(answer.n()));
        });
        assertThat(catalogs())
                .hasSize(3)
                .allMatch(catalog ->
                        catalog.get("added").asInt() + catalog.get("duplicates").asInt() == URLS);
        long accepted =
                answers.stream().filter(answer -> answer.status() == 202).count();
        long added = catalogs().stream()
                .mapToInt(catalog -> catalog.get("added").asInt())
                .sum();
        System.out.printf(
                "%d URLs submitted %d times at 3 instances in %d ms: %d taken from requests and lines, %d from catalogs;"
                        + " %d times the database was busy%n",
                URLS, answers.size() + 3 * URLS, took, accepted, added, turnedAway.sum());
        assertThat(accepted + added).isEqualTo(URLS);
    }

    /** Half of the requests of one id say one thing, half of them another: what comes first is taken. */
    @Test
    void ofEqualRequestIdsOneIsTakenAndAllOthersAreToldOfItsTask() throws Exception {
        List<Callable<List<Told>>> calls = new ArrayList<>();
        for (TestService instance : instances) {
            for (int request = 0; request < REQUESTS; request++) {
                for (int i = 0; i < EACH; i++) {
                    int n = request;
                    String body = "{\"request_id\":\"id-%d\",\"dataset_url\":\"http://ids.test/%d?%d\"}"
                            .formatted(n, n, i % 2);
                    calls.add(() -> List.of(Told.of(n, decided(instance, "/tasks", body))));
                }
            }
        }

        long began = System.nanoTime();
        List<Told> answers = atOnce(calls);
        long took = Duration.ofNanos(System.nanoTime() - began).toMillis();

        Map<Integer, String> tasks = tasks("ids.test");
        assertThat(tasks).hasSize(REQUESTS);
        assertThat(answers).allSatisfy(answer -> assertThat(answer.task()).isEqualTo(tasks.get(answer.n())));
        Map<Integer, Long> byStatus =
                answers.stream().collect(Collectors.groupingBy(Told::status, Collectors.counting()));
        System.out.printf(
                "%d request ids sent %d times at 3 instances in %d ms: %s%n", REQUESTS, calls.size(), took, byStatus);
        int half = 3 * EACH / 2;
        assertThat(byStatus)
                .isEqualTo(
                        Map.of(202, (long) REQUESTS, 409, (long) REQUESTS * (half - 1), 422, (long) REQUESTS * half));
    }

    /** A dispatcher that finds no connection for three seconds says so, and the client comes again. */
    private Answer decided(TestService instance, String path, String body) {
        Answer answer = instance.post(path, body);
        while (answer.status() == 503) {
            turnedAway.increment();
            answer = instance.post(path, body);
        }
        return answer;
    }

    private static String spelled(int n, int spelling) {
        return switch (spelling) {
            case 0 -> "http://equal.test/" + n;
            case 1 -> "HTTP://EQUAL.test:80/" + n;
            case 2 -> "http://equal.test./" + n;
            default -> "http://equal.test/" + n + "#part";
        };
    }

    private static String lines(String member, int spelling) {
        return IntStream.range(0, URLS)
                .mapToObj(n -> "{\"" + member + "\":\"" + spelled(n, spelling) + "\"}")
                .collect(Collectors.joining("\n"));
    }

    private List<JsonNode> catalogs() {
        List<JsonNode> catalogs = new ArrayList<>();
        service.get("/catalogs").json().get("items").forEach(catalogs::add);
        return catalogs;
    }

    /** The tasks of a host by the number in their URL's path. */
    private Map<Integer, String> tasks(String host) {
        Map<Integer, String> tasks = new TreeMap<>();
        service.get("/tasks?limit=1000&host=" + host).json().get("items").forEach(task -> {
            String path = URI.create(task.get("canonical_url").asText()).getPath();
            assertThat(tasks.put(
                            Integer.parseInt(path.substring(1)),
                            task.get("task_id").asText()))
                    .isNull();
        });
        return tasks;
    }

    private static List<Told> atOnce(List<Callable<List<Told>>> calls) throws Exception {
        var start = new CountDownLatch(1);
        List<Told> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Told>>> made = calls.stream()
                    .map(call -> threads.submit(() -> {
                        start.await();
                        return call.call();
                    }))
                    .toList();
            start.countDown();
            for (Future<List<Told>> one : made) {
                answers.addAll(one.get());
            }
        }
        return answers;
    }

    /**
     * What a submission was told.
     *
     * @param n which it was
     */
    private record Told(int n, int status, String task) {

        static Told of(int n, Answer answer) {
            return new Told(n, answer.status(), answer.json().path("task_id").asText());
        }

        static List<Told> lines(Answer answer) {
            assertThat(answer.status()).isEqualTo(200);
            return answer.lines().stream()
                    .map(line -> new Told(
                            line.get("line").asInt() - 1,
                            line.get("status").asInt(),
                            line.path("task_id").asText()))
                    .toList();
        }
    }
}
