package org.climaterescue.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.climaterescue.protocol.Json;

/** A client of a dispatcher. Any answer but a good one is an exception. */
final class Client implements AutoCloseable {

    private final URI dispatcher;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Client(URI dispatcher) {
        this.dispatcher = dispatcher;
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    /** What an answer holds, whatever it is. */
    String text(String path) throws IOException, InterruptedException {
        return answer(request(path));
    }

    /** Posts JSON, in which single quotes stand for double ones. */
    JsonNode post(String path, String json) throws IOException, InterruptedException {
        return send(posting(path, json));
    }

    /** Posts a file, which is closed. */
    JsonNode upload(String path, InputStream file) throws IOException, InterruptedException {
        try (file) {
            return send(request(path)
                    .header("Content-Type", "application/octet-stream")
                    .POST(HttpRequest.BodyPublishers.ofInputStream(() -> file)));
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(dispatcher.resolve(path));
    }

    private HttpRequest.Builder posting(String path, String json) {
        return request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json.replace('\'', '"')));
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return Json.mapper().readTree(answer(request));
    }

    private String answer(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw new IOException(
                    response.request().uri() + " answered " + response.statusCode() + ": " + response.body());
        }
        return response.body();
    }
}
