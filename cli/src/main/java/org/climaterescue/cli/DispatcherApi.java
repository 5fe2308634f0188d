package org.climaterescue.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import org.climaterescue.protocol.Causes;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;

/** The dispatcher over HTTP, as an operator's commands use it. Whatever is not a success is a {@link CommandFailed};
 * what it was asked for and will not do, a {@link Refused}. */
final class DispatcherApi implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /** The most that a list gives at once. */
    private static final int PAGE = 1000;

    private static final int BLOCK = 8192;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT).build();
    private final URI base;
    private final @Nullable String key;
    private Instant answered = Instant.now();

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

    /** When the last answer was given, by the dispatcher's clock, in whole seconds: the clock here may be wrong. */
    Instant answered() {
        return answered;
    }

    /** What stands for {@code text} as one part of a path or a query. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** {@code GET}; the path begins with a slash and may have a query. */
    JsonNode get(String path) throws InterruptedException {
        return json(send(request(path).timeout(ANSWER).GET().build()));
    }

    /** {@code GET}, the body as it came. */
    String text(String path) throws InterruptedException {
        return send(request(path).timeout(ANSWER).GET().build()).body();
    }

    /**
     * A path with those parts of a query that are there.
     *
     * @param query names and their values in turn; a name whose value is null is left out
     */
    static String path(String path, @Nullable String... query) {
        StringBuilder whole = new StringBuilder(path);
        for (int i = 0; i < query.length; i += 2) {
            String value = query[i + 1];
            if (value != null) {
                whole.append(whole.indexOf("?") < 0 ? '?' : '&')
                        .append(query[i])
                        .append('=')
                        .append(encoded(value));
            }
        }
        return whole.toString();
    }

    /** {@code GET} of what may be of any length: copied as it comes, until it ends or nobody reads any more. */
    void copy(String path, PrintWriter out) throws InterruptedException {
        HttpResponse<InputStream> response =
                exchange(request(path).setHeader("Accept", "*/*").GET().build(), BodyHandlers.ofInputStream());
        try (Reader body = new InputStreamReader(response.body(), StandardCharsets.UTF_8)) {
            if (response.statusCode() / 100 != 2) {
                StringWriter problem = new StringWriter();
                body.transferTo(problem);
                throw refused(response, problem.toString());
            }
            char[] block = new char[BLOCK];
            int read = body.read(block);
            while (read >= 0 && !out.checkError()) {
                out.write(block, 0, read);
                read = body.read(block);
            }
            out.flush();
        } catch (IOException brokenOff) {
            throw new CommandFailed(
                    "the answer to GET %s broke off (%s). What was printed is not all; try again."
                            .formatted(response.uri(), Causes.words(brokenOff)),
                    brokenOff);
        }
    }

    /**
     * {@code GET} of a list, page by page, until the visitor has had enough.
     *
     * @param path may have a query, but neither {@code limit} nor {@code cursor}
     * @param enough how many of them are wanted at the most, 1 and up
     */
    void list(String path, long enough, Visitor visitor) throws InterruptedException {
        String query = path(path, "limit", Long.toString(Math.min(PAGE, enough)));
        String cursor = "";
        while (true) {
            JsonNode page = get(query + cursor);
            for (JsonNode item : page.path("items")) {
                if (!visitor.visit(item)) {
                    return;
                }
            }
            if (!page.has("next_cursor")) {
                return;
            }
            cursor = "&cursor=" + encoded(page.path("next_cursor").asText());
        }
    }

    /** {@code POST} of a file, however long that takes. */
    JsonNode post(String path, BodyPublisher file) throws InterruptedException {
        return json(send(request(path)
                .header("Content-Type", "application/octet-stream")
                .POST(file)
                .build()));
    }

    /** Any call that changes something. */
    JsonNode call(String method, String path) throws InterruptedException {
        return json(send(request(path)
                .timeout(ANSWER)
                .method(method, BodyPublishers.noBody())
                .build()));
    }

    /** As {@link #call(String, String)}, where the dispatcher itself says when it has waited for long enough. */
    JsonNode callAtLength(String method, String path) throws InterruptedException {
        return json(send(request(path).method(method, BodyPublishers.noBody()).build()));
    }

    /** Any call that changes something and says how in a JSON object. */
    JsonNode call(String method, String path, JsonNode body) throws InterruptedException {
        return json(send(request(path)
                .timeout(ANSWER)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body.toString()))
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
        HttpResponse<String> response = exchange(request, BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2) {
            throw refused(response, response.body());
        }
        return response;
    }

    private <T> HttpResponse<T> exchange(HttpRequest request, BodyHandler<T> body) throws InterruptedException {
        HttpResponse<T> response;
        try {
            response = client.send(request, body);
        } catch (IOException unreachable) {
            throw new CommandFailed(
                    "no dispatcher answers at %s (%s). Start one with ./rescue up, or name another with --dispatcher URL."
                            .formatted(base, Causes.words(unreachable)),
                    unreachable);
        }
        response.headers()
                .firstValue("date")
                .ifPresent(date -> answered = DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from));
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

    private Refused refused(HttpResponse<?> response, String body) {
        HttpRequest request = response.request();
        JsonNode problem = problem(body);
        String said =
                Words.plain(problem.path("detail").asText(problem.path("title").asText("no reason given")));
        String todo = switch (response.statusCode()) {
            case 401, 403 ->
                key == null
                        ? " Give the operator key with --key, or in RESCUE_OPERATOR_KEY."
                        : " The key that was sent (--key, or else RESCUE_OPERATOR_KEY) is not this dispatcher's operator key.";
            case 404 -> problem.has("code") ? "" : " Is this a dispatcher? Name another with --dispatcher URL.";
            case 503 -> " Try again in a while.";
            default -> "";
        };
        return new Refused(
                "%s %s answered %d: %s.%s"
                        .formatted(
                                request.method(),
                                request.uri(),
                                response.statusCode(),
                                said.replaceFirst("\\.$", ""),
                                todo),
                response.statusCode(),
                problem);
    }

    /** The problem (RFC 9457) that a body tells; of any other body, nothing. */
    private static JsonNode problem(String body) {
        try {
            return Json.mapper().readTree(body);
        } catch (JsonProcessingException noProblemDocument) {
            return Json.mapper().createObjectNode();
        }
    }

    /** Sees the items of a list. */
    @FunctionalInterface
    interface Visitor {

        /** Sees one; false when it has had enough. */
        boolean visit(JsonNode item) throws InterruptedException;
    }
}
