package org.climaterescue.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.climaterescue.protocol.Causes;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;

/** The dispatcher over HTTP, as an operator's commands use it. Whatever is not a success is a {@link CommandFailed}. */
final class DispatcherApi implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT).build();
    private final URI base;
    private final @Nullable String key;

    /**
     * Connects nothing yet.
     *
     * @param key the operator key; null sends none
     */
    DispatcherApi(URI base, @Nullable String key) {
        this.base = base;
        this.key = key;
    }

    URI base() {
        return base;
    }

    /** {@code GET}; the path begins with a slash and may have a query. */
    JsonNode get(String path) throws InterruptedException {
        return json(send(request(path).timeout(ANSWER).GET().build()));
    }

    /** {@code GET}, the body as it came. */
    String text(String path) throws InterruptedException {
        return send(request(path).timeout(ANSWER).GET().build()).body();
    }

    /** {@code POST} of a file, however long that takes. */
    JsonNode post(String path, BodyPublisher file) throws InterruptedException {
        return json(send(request(path)
                .header("Content-Type", "application/octet-stream")
                .POST(file)
                .build()));
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base.toString().replaceFirst("/+$", "") + path));
        request.header("Accept", "application/json");
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        return request;
    }

    private HttpResponse<String> send(HttpRequest request) throws InterruptedException {
        HttpResponse<String> response;
        try {
            response = client.send(request, BodyHandlers.ofString());
        } catch (IOException unreachable) {
            throw new CommandFailed(
                    "no dispatcher answers at %s (%s). Start one with ./rescue up, or name another with --dispatcher URL."
                            .formatted(base, Causes.words(unreachable)),
                    unreachable);
        }
        if (response.statusCode() / 100 != 2) {
            throw refused(request, response);
        }
        return response;
    }

    private JsonNode json(HttpResponse<String> response) {
        try {
            return Json.mapper().readTree(response.body());
        } catch (JsonProcessingException notJson) {
            throw new CommandFailed(
                    "what answers at %s is no dispatcher: its answer is not JSON. Name another with --dispatcher URL."
                            .formatted(base),
                    notJson);
        }
    }

    private CommandFailed refused(HttpRequest request, HttpResponse<String> response) {
        String said = problem(response);
        String todo = switch (response.statusCode()) {
            case 401, 403 -> " Give the operator key with --key, or in RESCUE_OPERATOR_KEY.";
            case 404 -> " Is this a dispatcher? Name another with --dispatcher URL.";
            case 503 -> " Try again in a while.";
            default -> "";
        };
        return new CommandFailed("%s %s answered %d: %s.%s"
                .formatted(
                        request.method(), request.uri(), response.statusCode(), said.replaceFirst("\\.$", ""), todo));
    }

    /** What a problem (RFC 9457) says; of any other body, nothing. */
    private static String problem(HttpResponse<String> response) {
        try {
            JsonNode problem = Json.mapper().readTree(response.body());
            String detail = problem.path("detail").asText("");
            return detail.isEmpty() ? problem.path("title").asText("no reason given") : detail;
        } catch (JsonProcessingException noProblemDocument) {
            return "no reason given";
        }
    }
}
