package org.climaterescue.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.climaterescue.protocol.Json;

/** Somebody who wants assets rescued, and asks for some of them several times at once. */
final class Submitter {

    private final String name;
    private final Calls calls;
    private final Stage stage;
    private final Testimony testimony;
    private final Random chance;
    private int count;

    Submitter(int number, ChaosPlan plan, Calls calls, Stage stage, Testimony testimony) {
        this.name = "submitter-" + number;
        this.calls = calls;
        this.stage = stage;
        this.testimony = testimony;
        this.chance = plan.chance(name);
    }

    /** Submits while there is chaos, each until it is answered. */
    void submit() throws InterruptedException {
        while (stage.passWild(chance, Duration.ofMillis(100), Duration.ofMillis(500))) {
            switch (chance.nextInt(10)) {
                case 0, 1 -> equalRequests();
                case 2 -> equalUrls();
                case 3 -> bulk();
                case 4 -> insist(asset(ChaosPlan.deadUrl(chance, next())));
                default -> insist(asset(ChaosPlan.url(chance, next())));
            }
        }
    }

    /** One that the operator needs before the work begins. */
    void submit(String url) throws InterruptedException {
        insist(asset(url));
    }

    private String next() {
        return name + "-" + ++count;
    }

    private Map<String, Object> asset(String url) {
        Map<String, Object> asset = new HashMap<>();
        asset.put("request_id", "request " + url);
        asset.put("dataset_url", url);
        asset.put("size_bytes", ChaosPlan.size(url));
        asset.put("priority", 1 + chance.nextInt(10));
        asset.put("copies", 1 + chance.nextInt(3));
        if (chance.nextBoolean()) {
            asset.put("sha256", ChaosPlan.digest(url));
        }
        return asset;
    }

    private void insist(Map<String, Object> asset) throws InterruptedException {
        String url = String.valueOf(asset.get("dataset_url"));
        insist(chance, asset, testimony.request(url));
    }

    private void insist(Random chance, Map<String, Object> asset, Testimony.Equals request)
            throws InterruptedException {
        while (true) {
            switch (calls.post(chance, "submit", "/tasks", asset, Duration.ZERO, "duplicate")) {
                case Calls.Reply.Answered answered -> {
                    answered(request, answered.status(), answered.at("/task_id"));
                    return;
                }
                case Calls.Reply.Unanswered() -> request.unanswered().incrementAndGet();
            }
            stage.pass(chance, Duration.ofMillis(50), Duration.ofMillis(400));
        }
    }

    private static void answered(Testimony.Equals request, int status, String task) {
        if (status == 202) {
            request.accepted(task);
        } else {
            request.tasks().add(task);
        }
    }

    private void equalRequests() throws InterruptedException {
        Map<String, Object> asset = asset(ChaosPlan.url(chance, next()));
        atOnce(List.of(asset, asset, asset, asset));
    }

    private void equalUrls() throws InterruptedException {
        String url = ChaosPlan.url(chance, next());
        List<Map<String, Object>> assets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Map<String, Object> asset = asset(url);
            asset.put("request_id", "request " + i + " " + url);
            assets.add(asset);
        }
        atOnce(assets);
    }

    private void atOnce(List<Map<String, Object>> assets) throws InterruptedException {
        Testimony.Equals request =
                testimony.request(String.valueOf(assets.getFirst().get("dataset_url")));
        try (var all = new Actors()) {
            for (Map<String, Object> asset : assets) {
                var own = new Random(chance.nextLong());
                all.start(name, () -> insist(own, asset, request));
            }
        }
    }

    /** Lines of which some are equal; those that were not answered are sent again. */
    private void bulk() throws InterruptedException {
        List<Map<String, Object>> lines = new ArrayList<>();
        List<Testimony.Equals> requests = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Map<String, Object> asset = asset(ChaosPlan.url(chance, next()));
            Testimony.Equals request = testimony.request(String.valueOf(asset.get("dataset_url")));
            int times = 1 + chance.nextInt(2);
            for (int j = 0; j < times; j++) {
                lines.add(asset);
                requests.add(request);
            }
        }
        while (!lines.isEmpty()) {
            List<JsonNode> answers =
                    calls.bulk(chance, lines.stream().map(Submitter::json).collect(Collectors.joining("\n")));
            for (JsonNode answer : answers) {
                assertThat(answer.at("/status").asInt()).as("%s", answer).isIn(202, 409);
                answered(
                        requests.removeFirst(),
                        answer.at("/status").asInt(),
                        answer.at("/task_id").asText());
                lines.removeFirst();
            }
            requests.forEach(request -> request.unanswered().incrementAndGet());
            if (!lines.isEmpty()) {
                stage.pass(chance, Duration.ofMillis(50), Duration.ofMillis(400));
            }
        }
    }

    private static String json(Map<String, Object> asset) {
        try {
            return Json.mapper().writeValueAsString(asset);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
