package org.climaterescue.benchmarks.gatling;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import io.gatling.javaapi.http.HttpRequestActionBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The life of a task, again and again, over HTTP: it is submitted, given out and reported as done. Each user is a node with a connection
 * of its own. Its hosts are under {@code .invalid} (RFC 2606), so nothing is ever downloaded, and a dispatcher that holds a rescue is
 * left alone.
 */
public final class TaskLifeSimulation extends Simulation {

    private static final String URL = System.getProperty("url", "http://localhost:8001");
    private static final String KEY = System.getenv("RESCUE_OPERATOR_KEY");
    private static final int USERS = Integer.getInteger("users", 64);
    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("seconds", 30));
    private static final String RUN = UUID.randomUUID().toString();
    private static final String DIGEST = "a".repeat(64);

    private final HttpProtocolBuilder dispatcher = http.baseUrl(URL)
            .contentTypeHeader("application/json")
            .acceptHeader("application/json")
            .disableCaching();

    private final ChainBuilder join = exec(session -> session.set("node", "loadtest-" + RUN + "-" + session.userId()))
            .exec(keyed(http("join").post("/nodes"))
                    .body(StringBody("{\"node_id\":\"#{node}\",\"name\":\"#{node}\",\"capacity_gb\":1000}"))
                    .check(status().is(201), jsonPath("$.token").saveAs("token")))
            .exitHereIfFailed();

    private final ChainBuilder life = exec(session -> session.set("url", "https://h" + session.userId() % 200
                    + ".loadtest.invalid/" + UUID.randomUUID()))
            .exec(keyed(http("submit").post("/tasks"))
                    .body(StringBody("{\"dataset_url\":\"#{url}\",\"priority\":10,\"copies\":1,\"size_bytes\":1000}"))
                    .check(status().is(202)))
            .exec(asNode(http("dispatch").post("/dispatch"))
                    .body(StringBody("{\"node_id\":\"#{node}\",\"capacity_gb\":1000,\"priority_level\":\"critical\","
                            + "\"wait_seconds\":5}"))
                    // Nothing else is ever reported as done.
                    .check(
                            status().is(200),
                            jsonPath("$.assignment.assigned_tasks[0].dataset_url")
                                    .transform(url -> url.contains(".loadtest.invalid/"))
                                    .is(true),
                            jsonPath("$.assignment.assigned_tasks[0].assignment_id").saveAs("assignment")))
            .exitHereIfFailed()
            .exec(asNode(http("complete").post("/assignments/#{assignment}/complete"))
                    .body(StringBody("{\"node_id\":\"#{node}\",\"sha256\":\"" + DIGEST + "\",\"size_bytes\":1000}"))
                    .check(status().is(200), jsonPath("$.task_status").is("rescued")));

    private final ChainBuilder leave =
            exec(asNode(http("sign off").delete("/nodes/#{node}")).check(status().is(200)));

    /** Says what is done, by how many, and what counts as passed. */
    public TaskLifeSimulation() {
        setUp(scenario("nodes").exec(join).during(TIME).on(life).exec(leave).injectOpen(atOnceUsers(USERS)))
                .protocols(dispatcher)
                .assertions(global().failedRequests().count().is(0L));
    }

    @Override
    public void before() {
        requireNone("/hosts", "\"host\":\"(?![^\"]*\\.loadtest\\.invalid\")([^\"]+)\"");
        requireNone("/nodes", "\"node_id\":\"(?!loadtest-)([^\"]+)\"");
    }

    private static void requireNone(String list, String real) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            String found = client.send(
                            HttpRequest.newBuilder(URI.create(URL + list + "?limit=1000"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            var example = Pattern.compile(real).matcher(found);
            if (example.find()) {
                throw new IllegalStateException(URL + " holds a rescue, for example " + example.group(1)
                        + ". Run this against a dispatcher of its own.");
            }
        } catch (IOException away) {
            throw new IllegalStateException("no dispatcher answers at " + URL, away);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped", stopped);
        }
    }

    private static HttpRequestActionBuilder keyed(HttpRequestActionBuilder request) {
        return KEY == null ? request : request.header("Authorization", "Bearer " + KEY);
    }

    private static HttpRequestActionBuilder asNode(HttpRequestActionBuilder request) {
        return request.header("Authorization", "Bearer #{token}");
    }
}
