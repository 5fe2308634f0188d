package org.climaterescue.dispatcher.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.climaterescue.dispatcher.TestService;
import org.climaterescue.dispatcher.TestService.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BulkTest {

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
    void everyLineHasItsOwnResultAndABadOneHarmsNoOther() {
        String body = """
                \uFEFF{"dataset_url":"http://example.org/bulk/1","request_id":"b1"}

                not json
                \t \t\r
                {"dataset_url":"http://example.org/bulk/2"}\r
                {"dataset_url":"http://example.org/bulk/1#again"}
                {"dataset_url":"http://example.org/bulk/3","request_id":"b1"}
                {"dataset_url":"http://example.org/bulk/4","priority":11}
                {"dataset_url":"mailto:me@example.org"}
                {"dataset_url":"http://example.org/bulk/5"} {}
                null
                []
                {"dataset_url":"http://example.org/bulk/6","dataset_url":"http://example.org/bulk/7"}
                {"dataset_url":"http://example.org/bulk/8"}""";

        Answer answer = service.post("/tasks/bulk", body.getBytes(StandardCharsets.UTF_8));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.http().headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/x-ndjson");
        assertThat(answer.lines())
                .extracting(line ->
                        line.get("line").asInt() + " " + line.get("status").asInt())
                .containsExactly(
                        "1 202", "3 400", "5 202", "6 409", "7 422", "8 400", "9 400", "10 400", "11 400", "12 400",
                        "13 400", "14 202");
        String first = answer.lines().getFirst().get("task_id").asText();
        assertThat(answer.lines().get(3).get("task_id").asText()).isEqualTo(first);
        assertThat(answer.lines().get(3).get("code").asText()).isEqualTo("duplicate");
        assertThat(answer.lines().get(5).get("detail").asText()).contains("priority");
        assertThat(service.get("/tasks/" + first).status()).isEqualTo(200);
    }

    @Test
    void aLineThatIsTooLongOrNoUtf8IsRefusedAlone() throws IOException {
        var body = new ByteArrayOutputStream();
        String exact = "{\"dataset_url\":\"http://example.org/long\",\"payload\":{\"a\":\"";
        body.write((exact + "x".repeat(65_536 - exact.length() - 3) + "\"}}\n").getBytes(StandardCharsets.UTF_8));
        body.write((exact + "x".repeat(65_537 - exact.length() - 3) + "\"}}\n").getBytes(StandardCharsets.UTF_8));
        body.write("{\"dataset_url\":\"http://example.org/latin\",\"name\":\"".getBytes(StandardCharsets.UTF_8));
        body.write(0xe9);
        body.write("\"}\n".getBytes(StandardCharsets.UTF_8));
        body.write("{\"dataset_url\":\"http://example.org/after\"}".getBytes(StandardCharsets.UTF_8));

        List<JsonNode> lines = service.post("/tasks/bulk", body.toByteArray()).lines();

        assertThat(lines).extracting(line -> line.get("status").asInt()).containsExactly(202, 400, 400, 202);
        assertThat(lines.get(1).get("detail").asText()).contains("65536");
        assertThat(lines.get(2).get("detail").asText()).contains("UTF-8");
    }

    @Test
    void anEmptyBodyHasAnEmptyAnswer() {
        Answer answer = service.post("/tasks/bulk", new byte[0]);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEmpty();
    }

    @Test
    void theContentTypeThatClientsSendUnaskedIsTaken() {
        for (String type : List.of("application/x-www-form-urlencoded", "application/json", "application/x-ndjson")) {
            Answer answer = service.send(HttpRequest.newBuilder(service.uri("/tasks/bulk"))
                    .header("Content-Type", type)
                    .POST(BodyPublishers.ofString(
                            "{\"dataset_url\":\"http://example.org/type/%d\"}\n".formatted(type.length()))));
            assertThat(answer.lines())
                    .as(type + answer.text())
                    .singleElement()
                    .satisfies(line -> assertThat(line.get("status").asInt()).isEqualTo(202));
        }
    }

    @Test
    @Timeout(60)
    void answersComeWhileTheRequestIsStillSent() throws Exception {
        try (var socket =
                new Socket(service.uri("/").getHost(), service.uri("/").getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write("""
                    POST /tasks/bulk HTTP/1.1\r
                    Host: test\r
                    Content-Type: application/x-ndjson\r
                    Transfer-Encoding: chunked\r
                    \r
                    """.getBytes(StandardCharsets.US_ASCII));
            chunk(out, lines("early", 1000));
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String seen = "";
            while (!seen.contains("\"line\":500,")) {
                seen = in.readLine();
                assertThat(seen).isNotNull();
            }
            // Only now the rest is sent.
            chunk(out, lines("late", 10));
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            while (!seen.contains("\"line\":1010,")) {
                seen = in.readLine();
                assertThat(seen).isNotNull();
            }
        }
    }

    @Test
    @Timeout(120)
    void aClientThatReadsNothingBeforeItHasSentAllIsServed() throws Exception {
        int count = 100_000;
        try (var socket =
                new Socket(service.uri("/").getHost(), service.uri("/").getPort())) {
            socket.setReceiveBufferSize(64 * 1024);
            OutputStream out = socket.getOutputStream();
            out.write("""
                    POST /tasks/bulk HTTP/1.1\r
                    Host: test\r
                    Connection: close\r
                    Transfer-Encoding: chunked\r
                    \r
                    """.getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < count; i += 1000) {
                // Refused lines: nothing but the stream is tried here.
                chunk(
                        out,
                        "{\"dataset_url\":\"nonsense\",\"name\":\"so that there is something to answer\"}\n"
                                .repeat(1000));
            }
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            // What frames the chunks stands in the middle of lines.
            assertThat(answer.replaceAll("\\r\\n[0-9a-f]+\\r\\n", "").lines())
                    .filteredOn(line -> line.contains("\"status\":400"))
                    .hasSize(count);
        }
    }

    @Test
    void aBodyThatBreaksOffKeepsWhatCameBefore() throws Exception {
        Thread sender = Thread.ofVirtual().start(() -> {
            try (var socket =
                    new Socket(service.uri("/").getHost(), service.uri("/").getPort())) {
                OutputStream out = socket.getOutputStream();
                out.write("POST /tasks/bulk HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
                chunk(out, lines("cut", 500) + "{\"dataset_url\":\"http://exam");
                var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                String seen = in.readLine();
                while (seen != null && !seen.contains("\"line\":500,")) {
                    seen = in.readLine();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        sender.join();

        assertThat(service.number("select count(*) from task where url like 'http://example.org/cut/%'"))
                .isEqualTo(500);
    }

    private static String lines(String path, int count) {
        var lines = new StringBuilder();
        IntStream.range(0, count)
                .forEach(i -> lines.append("{\"dataset_url\":\"http://example.org/%s/%d\"}\n".formatted(path, i)));
        return lines.toString();
    }

    private static void chunk(OutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(bytes);
        out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }
}
