package org.climaterescue.dispatcher.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.TestService;
import org.climaterescue.dispatcher.TestService.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TaskIntakeTest {

    private TestService service;

    @BeforeAll
    void start(@TempDir Path dataDir) {
        service = TestService.start(dataDir);
    }

    @AfterAll
    void stop() {
        service.close();
    }

    @Test
    void aSubmissionBecomesATaskThatWaitsToBeTaken() {
        Answer answer = service.post("/tasks", """
                {"request_id":"all-of-it","dataset_url":"https://Example.org/all/of/it.csv","name":"It","dataset":"All",
                 "organization":"Org","size_bytes":123,"sha256":"%s","priority":9,"copies":2,
                 "payload":{"b":[1,2.50,{"c":null}],"a":"ü"},"unknown":1}
                """.formatted("AB".repeat(32)));

        assertThat(answer.status()).isEqualTo(202);
        String id = answer.json().get("task_id").asText();
        assertThat(answer.http().headers().firstValue("Location")).hasValue("/tasks/" + id);
        assertThat(answer.json().get("status").asText()).isEqualTo("pending");
        assertThat(answer.json().get("request_id").asText()).isEqualTo("all-of-it");
        JsonNode task = service.get("/tasks/" + id).json();
        assertThat(task.get("dataset_url").asText()).isEqualTo("https://Example.org/all/of/it.csv");
        assertThat(task.get("canonical_url").asText()).isEqualTo("https://example.org/all/of/it.csv");
        assertThat(task.get("host").asText()).isEqualTo("example.org");
        assertThat(task.get("size_bytes").asLong()).isEqualTo(123);
        assertThat(task.get("sha256").asText()).isEqualTo("ab".repeat(32));
        assertThat(task.get("priority").asInt()).isEqualTo(9);
        assertThat(task.get("copies_target").asInt()).isEqualTo(2);
        assertThat(task.get("copies_held").asInt()).isZero();
        assertThat(task.get("status").asText()).isEqualTo("pending");
        assertThat(task.get("payload").toString()).isEqualTo("{\"b\":[1,2.50,{\"c\":null}],\"a\":\"ü\"}");
        assertThat(task.has("rank")).isFalse();
        assertThat(task.get("copies")).isEmpty();
        assertThat(service.get("/tasks/" + id + "/history").json().get("items"))
                .singleElement()
                .satisfies(event -> assertThat(event.get("event").asText()).isEqualTo("submitted"));
        JsonNode status = service.get("/tasks/" + id + "/status").json();
        assertThat(status.get("initiated_by")).isEqualTo(status.get("checked_by"));
        assertThat(status.get("handled_by")).isEmpty();
        assertThat(service.number("select urgency from ready where task_id = (select max(task_id) from task)"))
                .isEqualTo(1);
    }

    @Test
    void theSameRequestTwiceIsTakenOnce() {
        String body =
                "{\"request_id\":\"twice\",\"dataset_url\":\"http://example.org/twice\",\"payload\":{\"a\":1,\"b\":2}}";
        String id = service.post("/tasks", body).json().get("task_id").asText();

        Answer again = service.post(
                "/tasks",
                "{\"payload\":{\"b\":2,\"a\":1},\"priority\":5,\"dataset_url\":\"http://example.org/twice\",\"request_id\":\"twice\"}");

        assertThat(again.status()).isEqualTo(409);
        assertThat(again.http().headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(again.json().get("code").asText()).isEqualTo("duplicate");
        assertThat(again.json().get("error").asText()).isEqualTo("Request already processed or in progress");
        assertThat(again.json().get("task_id").asText()).isEqualTo(id);
        assertThat(again.json().get("request_id").asText()).isEqualTo("twice");
        assertThat(again.json().get("task_status").asText()).isEqualTo("pending");
        assertThat(again.json().get("handled_by")).isEmpty();
        assertThat(again.json().get("created_at").asText()).endsWith("Z");
    }

    @Test
    void theSameRequestIdWithAnotherBodyIsUnprocessable() {
        service.post("/tasks", "{\"request_id\":\"other\",\"dataset_url\":\"http://example.org/other\"}");

        Answer other = service.post(
                "/tasks", "{\"request_id\":\"other\",\"dataset_url\":\"http://example.org/other\",\"priority\":6}");

        assertThat(other.status()).isEqualTo(422);
        assertThat(other.json().get("field").asText()).isEqualTo("request_id");
    }

    @Test
    void anEqualUrlIsADuplicateWhateverTheRequestId() {
        service.post("/tasks", "{\"request_id\":\"u1\",\"dataset_url\":\"http://example.org/equal\"}");

        Answer equal =
                service.post("/tasks", "{\"request_id\":\"u2\",\"dataset_url\":\"HTTP://EXAMPLE.org:80/equal#x\"}");

        assertThat(equal.status()).isEqualTo(409);
        assertThat(equal.json().get("request_id").asText()).isEqualTo("u1");
        // A refused request has not taken its id.
        assertThat(service.post("/tasks", "{\"request_id\":\"u2\",\"dataset_url\":\"http://example.org/u2\"}")
                        .status())
                .isEqualTo(202);
    }

    @Test
    void afterTheWindowTheSameUrlIsAFreshCapture(@TempDir Path dataDir) {
        try (TestService own = TestService.start(dataDir)) {
            String body = "{\"dataset_url\":\"http://example.org/again\"}";
            own.post("/tasks", body);
            TestDatabase.advance(own.database(), Duration.ofDays(7).minusMinutes(1));
            assertThat(own.post("/tasks", body).status()).isEqualTo(409);

            TestDatabase.advance(own.database(), Duration.ofMinutes(2));

            assertThat(own.post("/tasks", body).status()).isEqualTo(202);
            assertThat(own.post("/tasks", body).status()).isEqualTo(409);
            assertThat(own.number("select count(*) from task")).isEqualTo(2);
            assertThat(own.number("select count(*) from capture")).isEqualTo(1);
        }
    }

    @Test
    void aTaskThatLostItsCaptureGivesItsUrlFree() {
        String body = "{\"dataset_url\":\"http://example.org/freed\"}";
        String first = service.post("/tasks", body).json().get("task_id").asText();
        service.execute("delete from capture where task_id = (select max(task_id) from task)");

        Answer again = service.post("/tasks", body);

        assertThat(again.status()).isEqualTo(202);
        assertThat(again.json().get("task_id").asText()).isNotEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|dataset_url",
                "{\"dataset_url\":null}|dataset_url",
                "{\"dataset_url\":7}|dataset_url",
                "{\"dataset_url\":\"\"}|dataset_url",
                "{\"dataset_url\":\"gopher://example.org/\"}|dataset_url",
                "{\"dataset_url\":\"http://me:pw@example.org/\"}|dataset_url",
                "{\"dataset_url\":\"http://example.org/\\u0000\"}|dataset_url",
                "{\"dataset_url\":\"http://example.org/b\",\"priority\":0}|priority",
                "{\"dataset_url\":\"http://example.org/b\",\"priority\":11}|priority",
                "{\"dataset_url\":\"http://example.org/b\",\"priority\":\"5\"}|priority",
                "{\"dataset_url\":\"http://example.org/b\",\"priority\":5.5}|priority",
                "{\"dataset_url\":\"http://example.org/b\",\"copies\":0}|copies",
                "{\"dataset_url\":\"http://example.org/b\",\"copies\":101}|copies",
                "{\"dataset_url\":\"http://example.org/b\",\"size_bytes\":-1}|size_bytes",
                "{\"dataset_url\":\"http://example.org/b\",\"size_bytes\":9223372036854775808}|size_bytes",
                "{\"dataset_url\":\"http://example.org/b\",\"sha256\":\"abc\"}|sha256",
                "{\"dataset_url\":\"http://example.org/b\",\"request_id\":\"\"}|request_id",
                "{\"dataset_url\":\"http://example.org/b\",\"payload\":[]}|payload",
                "{\"dataset_url\":\"http://example.org/b\",\"payload\":\"x\"}|payload",
                "{\"dataset_url\":\"http://example.org/b\",\"payload\":{\"a\":[\"\\u0000\"]}}|payload",
                "{\"dataset_url\":\"http://example.org/b\",\"payload\":{\"\\u0000\":1}}|payload",
                "{\"dataset_url\":\"http://example.org/b\",\"name\":\"\\udc00\"}|name",
            })
    void aBadRequestNamesTheField(String body, String field) {
        Answer answer = service.post("/tasks", body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.json().get("code").asText()).isEqualTo("invalid");
        assertThat(answer.json().path("field").asText()).as(answer.text()).isEqualTo(field);
    }

    @Test
    void ofManyEqualRequestsAtOnceExactlyOneIsTaken() throws Exception {
        int rounds = 20;
        int callers = 16;
        for (int round = 0; round < rounds; round++) {
            int nth = round;
            List<Answer> answers = atOnce(callers, caller -> {
                // Half of them agree on the request id, all of them on the URL.
                String id = caller % 2 == 0 ? "race-" + nth : "race-" + nth + "-" + caller;
                return service.post(
                        "/tasks",
                        "{\"request_id\":\"%s\",\"dataset_url\":\"http://example.org/race/%d\"}".formatted(id, nth));
            });
            assertThat(answers).filteredOn(answer -> answer.status() == 202).hasSize(1);
            assertThat(answers).filteredOn(answer -> answer.status() == 409).hasSize(callers - 1);
            String winner = answers.stream()
                    .filter(answer -> answer.status() == 202)
                    .findFirst()
                    .orElseThrow()
                    .json()
                    .get("task_id")
                    .asText();
            assertThat(answers)
                    .allSatisfy(answer ->
                            assertThat(answer.json().get("task_id").asText()).isEqualTo(winner));
        }
        assertThat(service.number("select count(*) from task where url like 'http://example.org/race/%'"))
                .isEqualTo(rounds);
        assertThat(
                        service.number(
                                "select count(*) from request r where not exists (select from task t where t.task_id = r.task_id)"))
                .isZero();
    }

    @Test
    void chunksThatShareKeysInAnyOrderLoseAndDoubleNothing() throws Exception {
        int urls = 700;
        List<Answer> answers = atOnce(6, caller -> {
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < urls; i++) {
                int n = caller % 2 == 0 ? i : urls - 1 - i;
                lines.add("{\"request_id\":\"share-%d\",\"dataset_url\":\"http://example.org/share/%d\"}"
                        .formatted((n * 31 + caller) % urls, n));
            }
            return service.post(
                    "/tasks/bulk", String.join("\n", lines).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        });

        assertThat(answers).allSatisfy(answer -> assertThat(answer.lines()).hasSize(urls));
        long accepted = answers.stream()
                .flatMap(answer -> answer.lines().stream())
                .filter(line -> line.get("status").asInt() == 202)
                .count();
        assertThat(accepted)
                .isEqualTo(service.number("select count(*) from task where url like 'http://example.org/share/%'"));
        assertThat(service.number("select count(distinct url) from task where url like 'http://example.org/share/%'"))
                .isEqualTo(accepted);
        assertThat(service.number("select count(distinct request_id) from task where request_id like 'share-%'"))
                .isEqualTo(accepted);
        assertThat(service.number("select count(*) from request where request_id like 'share-%'"))
                .isEqualTo(accepted);
    }

    @Test
    void inSecuredModeOnlyOperatorsWriteAndEverybodyReads(@TempDir Path dataDir) {
        try (TestService secured = TestService.start(
                dataDir,
                TestDatabase.create(),
                Map.of("RESCUE_OPERATOR_KEY", "secret", "DISPATCHER_HOST", "127.0.0.1"))) {
            String body = "{\"dataset_url\":\"http://example.org/secured\"}";
            for (String path : List.of("/tasks", "/tasks/bulk", "/catalogs")) {
                assertThat(secured.post(path, body).status()).as(path).isEqualTo(401);
            }
            for (String path : List.of("/tasks", "/catalogs", "/manifest")) {
                assertThat(secured.get(path).status()).as(path).isEqualTo(200);
            }
            Answer operator = secured.send(HttpRequest.newBuilder(secured.uri("/tasks"))
                    .header("Content-Type", "application/json")
                    .header("Authorization", "Bearer secret")
                    .POST(BodyPublishers.ofString(body)));
            assertThat(operator.status()).isEqualTo(202);
        }
    }

    @Test
    void anUnknownTaskIsNotFound() {
        assertThat(service.get("/tasks/t-zzzz").status()).isEqualTo(404);
        assertThat(service.get("/tasks/nonsense/status").status()).isEqualTo(404);
        assertThat(service.get("/tasks/t-zzzz/history").status()).isEqualTo(404);
    }

    private interface Call {
        Answer by(int caller) throws Exception;
    }

    private static List<Answer> atOnce(int callers, Call call) throws Exception {
        var ready = new CountDownLatch(callers);
        try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
            List<Callable<Answer>> calls = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                int caller = i;
                calls.add(() -> {
                    ready.countDown();
                    ready.await();
                    return call.by(caller);
                });
            }
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> one : threads.invokeAll(calls)) {
                answers.add(one.get());
            }
            return answers;
        }
    }
}
