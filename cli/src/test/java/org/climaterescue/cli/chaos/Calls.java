package org.climaterescue.cli.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;

/**
 * Calls a dispatcher by chance and keeps account of how calls end. Allowed are an answer, a connection that breaks, a 503 that says
 * when to come back, and refusals that the protocol explains; everything else is a fault. An answer that is a fault is final: who
 * gets it is told by an {@link AssertionError}, for asking again would hide it, or never end.
 */
final class Calls {

    /**
     * A call, the time of a long poll apart, that takes longer is a fault. A server that hangs is given up after thirteen seconds; on a
     * quiet machine the slowest call took five.
     */
    static final Duration LONGEST = Duration.ofSeconds(15);

    private static final Duration HANGS = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofMillis(100);
    private static final Duration LATER = Duration.ofMillis(800);

    /** How a call ended. */
    sealed interface Reply {

        /** With this status, 2xx or one that was expected. */
        record Answered(int status, JsonNode body) implements Reply {

            String at(String pointer) {
                return body.at(pointer).asText();
            }
        }

        /** Nobody knows whether it was done. */
        record Unanswered() implements Reply {}
    }

    private final List<URI> dispatchers;
    private final Stage stage;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final Map<String, LongAdder> outcomes = new ConcurrentSkipListMap<>();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final LongAccumulator slowestMillis = new LongAccumulator(Math::max, 0);

    Calls(List<URI> dispatchers, Stage stage) {
        this.dispatchers = List.copyOf(dispatchers);
        this.stage = stage;
    }

    /**
     * One call.
     *
     * @param name what it counts as
     * @param waits how long it may wait besides
     * @param explained codes of refusals that are fine here
     */
    Reply post(Random chance, String name, String path, Object body, Duration waits, String... explained)
            throws InterruptedException {
        var request = request(chance, path, waits).header("Content-Type", "application/json");
        try {
            return send(
                    name,
                    request.POST(BodyPublishers.ofByteArray(Json.mapper().writeValueAsBytes(body))),
                    waits,
                    explained);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same call again and again until somebody answers it. */
    Reply.Answered insist(Random chance, String name, String path, Object body, String... explained)
            throws InterruptedException {
        while (true) {
            if (post(chance, name, path, body, Duration.ZERO, explained) instanceof Reply.Answered answered) {
                return answered;
            }
            stage.pass(chance, SOON, LATER);
        }
    }

    JsonNode get(Random chance, String path) throws InterruptedException {
        while (true) {
            if (send("get", request(chance, path, Duration.ZERO).GET(), Duration.ZERO)
                    instanceof Reply.Answered answered) {
                return answered.body();
            }
            stage.pass(chance, SOON, LATER);
        }
    }

    Reply.Answered patch(Random chance, String path, Object body) throws InterruptedException, IOException {
        var request = request(chance, path, Duration.ZERO)
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofByteArray(Json.mapper().writeValueAsBytes(body)));
        if (send("patch", request, Duration.ZERO) instanceof Reply.Answered answered) {
            return answered;
        }
        throw new AssertionError("PATCH " + path + " was not answered");
    }

    Reply delete(Random chance, String name, String path) throws InterruptedException {
        return send(name, request(chance, path, Duration.ZERO).DELETE(), Duration.ZERO);
    }

    /** Sends lines and returns those that were answered, which are fewer when the connection broke in between. */
    List<JsonNode> bulk(Random chance, String lines) throws InterruptedException {
        var request = request(chance, "/tasks/bulk", Duration.ZERO).POST(BodyPublishers.ofString(lines));
        long began = System.nanoTime();
        List<JsonNode> answered = new ArrayList<>();
        try {
            HttpResponse<Stream<String>> response = client.send(request.build(), BodyHandlers.ofLines());
            try (Stream<String> body = response.body()) {
                if (response.statusCode() == 200) {
                    body.forEach(line -> answered.add(line(line)));
                    count("bulk", "200");
                } else {
                    judge("bulk", response, json(body.reduce("", String::concat)));
                }
            }
        } catch (HttpTimeoutException e) {
            fault("bulk hung for " + HANGS);
        } catch (UncheckedIOException | IOException e) {
            count("bulk", "broke off");
        } finally {
            timed("bulk", began, Duration.ZERO);
        }
        return answered;
    }

    private HttpRequest.Builder request(Random chance, String path, Duration waits) {
        URI dispatcher = dispatchers.get(chance.nextInt(dispatchers.size()));
        return HttpRequest.newBuilder(dispatcher.resolve(path)).timeout(HANGS.plus(waits));
    }

    private Reply send(String name, HttpRequest.Builder request, Duration waits, String... explained)
            throws InterruptedException {
        long began = System.nanoTime();
        try {
            HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
            JsonNode body = json(response.body());
            if (response.statusCode() / 100 == 2
                    || List.of(explained).contains(body.at("/code").asText())) {
                count(
                        name,
                        response.statusCode() / 100 == 2
                                ? "2xx"
                                : body.at("/code").asText());
                return new Reply.Answered(response.statusCode(), body);
            }
            judge(name, response, body);
        } catch (HttpTimeoutException e) {
            fault(name + " hung for " + HANGS.plus(waits));
        } catch (JsonProcessingException e) {
            fault(name + ": not JSON: " + e.getMessage());
        } catch (IOException e) {
            count(name, "no answer");
        } finally {
            timed(name, began, waits);
        }
        return new Reply.Unanswered();
    }

    /** Only a 503 that says when to come back is fine, and may be asked again. */
    private void judge(String name, HttpResponse<?> response, JsonNode body) {
        String type = response.headers().firstValue("Content-Type").orElse("");
        String retryAfter = response.headers().firstValue("Retry-After").orElse("");
        String code = body.at("/code").asText();
        if (response.statusCode() == 503
                && type.startsWith("application/problem+json")
                && retryAfter.matches("\\d+")
                && !code.isEmpty()) {
            count(name, "503 " + code);
        } else {
            String what = "%s %s: %d %s, Retry-After '%s': %s"
                    .formatted(name, response.request().uri(), response.statusCode(), type, retryAfter, body);
            fault(what);
            throw new AssertionError(what);
        }
    }

    private void timed(String name, long began, Duration waits) {
        long millis = Duration.ofNanos(System.nanoTime() - began).minus(waits).toMillis();
        slowestMillis.accumulate(millis);
        if (millis > LONGEST.toMillis()) {
            fault("%s took %d ms longer than it may wait".formatted(name, millis));
        }
    }

    /** Calls that found nobody, or somebody without a database: there are some whenever something was killed. */
    long inVain() {
        return outcomes.entrySet().stream()
                .filter(outcome -> outcome.getKey().matches(".*: (no answer|broke off|503 .*)"))
                .mapToLong(outcome -> outcome.getValue().sum())
                .sum();
    }

    private void count(String name, String how) {
        outcomes.computeIfAbsent(name + ": " + how, none -> new LongAdder()).increment();
    }

    private void fault(String what) {
        count("fault", "");
        faults.add(what);
    }

    private static JsonNode json(@Nullable String text) throws JsonProcessingException {
        return text == null || text.isBlank()
                ? MissingNode.getInstance()
                : Json.mapper().readTree(text);
    }

    /** A line of an answer, which may break off in its middle. */
    private static JsonNode line(String text) {
        try {
            return json(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<String, LongAdder> outcomes() {
        return outcomes;
    }

    long total() {
        return outcomes.values().stream().mapToLong(LongAdder::sum).sum();
    }

    long slowestMillis() {
        return slowestMillis.get();
    }

    List<String> faults() {
        return List.copyOf(faults);
    }
}
