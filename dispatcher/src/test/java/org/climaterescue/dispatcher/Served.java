package org.climaterescue.dispatcher;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;

/** A dispatcher on a free port with a database of its own, and ways to talk to it. */
final class Served implements AutoCloseable {

    private final Dispatcher dispatcher;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Served(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
    }

    /** Starts with the probe controllers of these tests. */
    static Served start(Path dataDir, Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(environment);
        all.putIfAbsent("DISPATCHER_HOST", "127.0.0.1");
        all.put("DISPATCHER_PORT", "0");
        all.put("RESCUE_DATA_DIR", dataDir.toString());
        return new Served(Dispatcher.start(all, Map.of(ProbeController.PROBES, true)));
    }

    URI uri(String path) {
        return URI.create(dispatcher.uri() + path);
    }

    <T> T bean(Class<T> type) {
        return dispatcher.context().getBean(type);
    }

    Answer get(String path, String... headers) throws IOException, InterruptedException {
        return send("GET", path, null, headers);
    }

    /** Posts JSON. */
    Answer post(String path, String json, String... headers) throws IOException, InterruptedException {
        String[] all = new String[headers.length + 2];
        all[0] = "Content-Type";
        all[1] = "application/json";
        System.arraycopy(headers, 0, all, 2, headers.length);
        return send("POST", path, json.getBytes(StandardCharsets.UTF_8), all);
    }

    Answer send(String method, String path, byte @Nullable [] body, String... headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(30))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
        return new Answer(response.statusCode(), response.headers().map(), response.body());
    }

    /** Sends bytes as they are and reads until the server closes, which it may do before it has read them all. */
    String raw(byte[] request) throws IOException {
        try (var socket =
                new Socket(dispatcher.uri().getHost(), dispatcher.uri().getPort())) {
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            try {
                out.write(request);
                out.flush();
            } catch (SocketException closed) {
                // It has answered already; what it said is read below.
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Sends a part of a request, closes that side and reads until the service has closed the other. */
    void cut(String part) throws IOException {
        try (var socket =
                new Socket(dispatcher.uri().getHost(), dispatcher.uri().getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(part.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        }
    }

    String raw(String request) throws IOException {
        return raw(request.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() {
        dispatcher.close();
        client.close();
    }

    /** What came back. */
    record Answer(int status, Map<String, List<String>> headers, String body) {

        JsonNode json() throws IOException {
            return Json.mapper().readTree(body);
        }

        String header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .map(header -> header.getValue().getFirst())
                    .findFirst()
                    .orElse("");
        }

        String code() throws IOException {
            return json().path("code").asText();
        }

        String field() throws IOException {
            return json().path("field").asText();
        }

        String detail() throws IOException {
            return json().path("detail").asText();
        }
    }
}
