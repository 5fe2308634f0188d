package org.climaterescue.mock.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of one run: {@code https://h17.loadtest.invalid/RUN/NUMBER}, most urgent, so that nodes which want nothing less are given
 * nothing else. Names under {@code .invalid} never resolve (RFC 2606), so an agent that is given one downloads nothing.
 */
public final class Workload {

    /** What the hosts of all load tests end with. */
    public static final String HOSTS = ".loadtest.invalid";

    /** Enough that limits of hosts do not bind, and few enough to be asked about one by one. */
    static final int HOST_COUNT = 200;

    /** The most that a host may be set to. */
    private static final int CONNECTIONS = 1000;

    private static final int LINES = 1000;
    private static final int SUBMITTERS = 4;
    private static final int URGENT = 10;

    private final String run;
    private final int count;
    private final @Nullable Integer copies;
    private final SizePlan sizes;

    /** How large a task's file is said to be, in bytes. */
    interface SizePlan {
        long bytes(int number);
    }

    /**
     * Tasks that nobody has been told of yet.
     *
     * @param run tells runs apart; letters and digits
     * @param copies wanted of each; null: as many as the dispatcher wants of others
     */
    Workload(String run, int count, @Nullable Integer copies, SizePlan sizes) {
        this.run = run;
        this.count = count;
        this.copies = copies;
        this.sizes = sizes;
    }

    static String host(int number) {
        return "h" + number + HOSTS;
    }

    int count() {
        return count;
    }

    /** The number of a task from 0, by its URL; -1 for any that is not of this run. */
    int number(String url) {
        int slash = url.lastIndexOf('/');
        String before = HOSTS + "/" + run;
        if (slash < 0 || !url.startsWith(before, slash - before.length())) {
            return -1;
        }
        return Integer.parseInt(url, slash + 1, url.length(), 10);
    }

    long bytes(int number) {
        return sizes.bytes(number);
    }

    /** Submits all in bulk, over a few connections. */
    void submit(LoadClient client, Timeline timeline) throws InterruptedException {
        List<Parallel.Step> calls = new ArrayList<>();
        for (int first = 0; first < count; first += LINES) {
            int from = first;
            calls.add(() -> submit(client, timeline, from, Math.min(count, from + LINES)));
        }
        Parallel.run(SUBMITTERS, calls);
        List<Parallel.Step> limits = new ArrayList<>();
        byte[] wide = LoadClient.json(Map.of("max_connections", CONNECTIONS));
        for (int host = 0; host < Math.min(count, HOST_COUNT); host++) {
            String path = "/hosts/" + host(host);
            limits.add(() -> client.call("PATCH", path, wide));
        }
        Parallel.run(SUBMITTERS, limits);
    }

    private void submit(LoadClient client, Timeline timeline, int from, int to) throws InterruptedException {
        var lines = new ByteArrayOutputStream();
        for (int number = from; number < to; number++) {
            lines.writeBytes(LoadClient.json(new Submission(url(number), bytes(number), URGENT, copies)));
            lines.write('\n');
        }
        long began = System.nanoTime();
        String answer = client.call("POST", "/tasks/bulk", lines.toByteArray()).body();
        timeline.called(CallKind.SUBMIT, began);
        int taken = 0;
        try (var results = Json.mapper().readerFor(JsonNode.class).<JsonNode>readValues(answer)) {
            while (results.hasNext()) {
                JsonNode line = results.next();
                if (line.path("status").asInt() != 202) {
                    throw new LoadTestFailed("the dispatcher did not take a task of the load test: " + line);
                }
                taken++;
            }
        } catch (IOException unreadable) {
            throw new LoadTestFailed("the answer to POST /tasks/bulk broke off after " + taken + " lines", unreadable);
        }
        if (taken != to - from) {
            throw new LoadTestFailed("POST /tasks/bulk answered %d of %d lines".formatted(taken, to - from));
        }
        timeline.done(taken);
    }

    /** How many copies the dispatcher wants of each; the tasks must have been submitted. */
    int copiesTarget(LoadClient client) throws InterruptedException {
        return client.call("GET", "/tasks?limit=1&host=" + host(0), null)
                .as(JsonNode.class)
                .at("/items/0/copies_target")
                .asInt();
    }

    /** How many of the tasks stand how, by the dispatcher's own list. */
    Map<String, Long> standings(LoadClient client) throws InterruptedException {
        Map<String, Long> standings = new ConcurrentSkipListMap<>();
        List<Parallel.Step> looks = new ArrayList<>();
        for (int host = 0; host < Math.min(count, HOST_COUNT); host++) {
            String name = host(host);
            looks.add(() -> {
                for (JsonNode task : client.list("/tasks", "&host=" + name)) {
                    if (number(task.path("dataset_url").asText()) >= 0) {
                        standings.merge(task.path("status").asText(), 1L, Long::sum);
                    }
                }
            });
        }
        Parallel.run(SUBMITTERS, looks);
        return standings;
    }

    private String url(int number) {
        return "https://" + host(number % HOST_COUNT) + "/" + run + "/" + number;
    }

    private record Submission(
            String datasetUrl,
            long sizeBytes,
            int priority,
            @Nullable Integer copies) {}
}
