package org.climaterescue.dispatcher.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.climaterescue.dispatcher.TestDispatcher;
import org.climaterescue.dispatcher.TestDispatcher.Answer;

/** Five nodes and their operators who all talk at once. It knows only what was acknowledged to whom. */
final class Crowd {

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final int NODES = 5;
    private static final int TASKS = 8;

    private final Stage stage;
    private final int run = COUNT.incrementAndGet();
    private final List<String> tasks = new ArrayList<>();
    /** Every token ever given out, with its task and node. */
    private final Map<String, Grant> grants = new ConcurrentHashMap<>();

    private final Set<Held> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<Held> lost = ConcurrentHashMap.newKeySet();
    private final Set<String> strange = ConcurrentHashMap.newKeySet();

    Crowd(Stage stage) {
        this.stage = stage;
        stage.clear();
        for (int node = 0; node < NODES; node++) {
            introduce(stage.dispatcher(node % 2), node, "operator" + node / 2);
        }
        for (int i = 0; i < TASKS; i++) {
            tasks.add(stage.dispatcher(i % 2)
                    .post(
                            "/tasks",
                            "{'dataset_url':'http://crowd%d-%d.example.org/%d',%s'copies':%d}"
                                    .formatted(run, i % 3, i, i % 4 == 0 ? "" : "'size_bytes':1000000,", 1 + i % 3))
                    .at("/task_id"));
        }
    }

    private Answer introduce(TestDispatcher dispatcher, int node, String operator) {
        return dispatcher.post(
                "/nodes",
                "{'node_id':'%s','name':'x','capacity_gb':1,'operator':'%s'%s}"
                        .formatted(id(node), operator, node == 3 ? ",'slots':2" : ""));
    }

    private String id(int node) {
        return "crowd" + run + "-" + node;
    }

    /** Does all of it at the same moment. */
    void atOnce(List<Deed> deeds) {
        var start = new CountDownLatch(1);
        try (ExecutorService crowd = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> done = new ArrayList<>();
            for (Deed deed : deeds) {
                done.add(crowd.submit(() -> {
                    start.await();
                    carryOut(deed);
                    return deed;
                }));
            }
            start.countDown();
            for (Future<?> one : done) {
                one.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    private void carryOut(Deed deed) {
        TestDispatcher via = stage.dispatcher(deed.via);
        int node = deed.pick % NODES;
        String task = tasks.get(deed.pick / 7 % tasks.size());
        List<Map.Entry<String, Grant>> given = List.copyOf(grants.entrySet());
        switch (deed.kind) {
            case "dispatch" -> dispatch(via, node, 1 + deed.pick % 3);
            case "join" -> expect(introduce(via, node, "operator" + deed.pick % 4), 200);
            case "leave" -> {
                // Said before it is asked for: from that moment on the copies may be gone.
                boolean withdrawn = deed.pick % 2 == 0;
                if (withdrawn) {
                    tasks.forEach(any -> lost.add(new Held(any, node)));
                }
                expect(via.delete("/nodes/" + id(node) + (withdrawn ? "?copies=withdrawn" : "")), 200);
            }
            case "cancel", "retry" -> expect(via.post("/tasks/" + task + "/" + deed.kind, ""), 200, 409);
            case "lose" -> {
                lost.add(new Held(task, node));
                expect(via.delete("/tasks/" + task + "/copies/" + id(node)), 200, 404);
            }
            case "sweep" -> stage.sweep(deed.via);
            case "beat" -> beat(via, node, deed.pick);
            default -> {
                if (!given.isEmpty()) {
                    Map.Entry<String, Grant> one = given.get(deed.pick % given.size());
                    report(via, deed.kind, one.getKey(), one.getValue());
                }
            }
        }
    }

    private void dispatch(TestDispatcher via, int node, int atMost) {
        Answer answer =
                via.post("/dispatch", "{'node_id':'" + id(node) + "','capacity_gb':1,'max_tasks':" + atMost + "}");
        expect(answer, 200);
        for (JsonNode task : answer.body().at("/assignment/assigned_tasks")) {
            String token = task.at("/assignment_id").asText();
            if (grants.put(token, new Grant(task.at("/task_id").asText(), node)) != null) {
                strange.add("token " + token + " was given out twice");
            }
        }
    }

    private void beat(TestDispatcher via, int node, int pick) {
        List<String> listed = new ArrayList<>();
        grants.forEach((token, grant) -> {
            if (grant.node == node && (pick + token.hashCode()) % 3 != 0) {
                listed.add("{'assignment_id':'" + token + "','bytes_done':" + pick
                        + (pick % 2 == 0 ? ",'size_bytes':1000000}" : "}"));
            }
        });
        expect(
                via.post(
                        "/nodes/" + id(node) + "/heartbeat",
                        "{'capacity_gb':1,'assignments':[" + String.join(",", listed) + "]}"),
                200);
    }

    /** Node 0 lies. */
    private void report(TestDispatcher via, String verb, String token, Grant grant) {
        String digest = grant.node == 0 ? Volunteers.LIE : Volunteers.TRUTH;
        String more = verb.equals("complete")
                ? ",'sha256':'" + digest + "','size_bytes':1000000"
                : verb.equals("fail") ? ",'reason':'network'" : "";
        Answer answer =
                via.post("/assignments/" + token + "/" + verb, "{'node_id':'" + id(grant.node) + "'" + more + "}");
        expect(answer, 200, 409);
        if (verb.equals("complete") && answer.status() == 200) {
            acknowledged.add(new Held(grant.task, grant.node));
        }
    }

    private void expect(Answer answer, Integer... allowed) {
        if (!List.of(allowed).contains(answer.status())) {
            strange.add("answered " + answer);
        }
    }

    void pass(long seconds) {
        stage.advance(seconds);
    }

    /** Everybody works on until nothing is left to do. */
    void finish() {
        for (int idle = 0; idle < 2; idle++) {
            pass(25_000);
            stage.sweep(0);
            for (int node = NODES - 1; node >= 0; node--) {
                int before = grants.size();
                dispatch(stage.dispatcher(node % 2), node, TASKS);
                dispatch(stage.dispatcher(node % 2), node, TASKS);
                for (Map.Entry<String, Grant> one : Map.copyOf(grants).entrySet()) {
                    if (one.getValue().node == node) {
                        report(stage.dispatcher(0), "complete", one.getKey(), one.getValue());
                    }
                }
                if (grants.size() > before) {
                    idle = -1;
                }
            }
        }
    }

    /** Tasks that are still to be done. */
    List<String> unfinished() {
        return tasks.stream()
                .map(task ->
                        task + " " + stage.dispatcher(0).get("/tasks/" + task).at("/status"))
                .filter(task -> !task.matches(".* (rescued|failed|cancelled)"))
                .toList();
    }

    /** What must never be, said in a few words each; empty when all is well. */
    List<String> violations() {
        List<String> found = new ArrayList<>(strange);
        for (Map.Entry<String, String> law : Laws.ALL.entrySet()) {
            stage.each(law.getValue(), what -> found.add(law.getKey() + ": " + what));
        }
        stage.dispatcher(1).brokenLaws().forEach(law -> found.add(law.toString()));
        for (String id : tasks) {
            JsonNode page = stage.dispatcher(0).get("/tasks/" + id).body();
            Set<Integer> holders = ConcurrentHashMap.newKeySet();
            for (JsonNode copy : page.at("/copies")) {
                holders.add(Integer.parseInt(copy.at("/node_id").asText().replaceAll(".*-", "")));
            }
            for (Held held : acknowledged) {
                if (held.task.equals(id) && !holders.contains(held.node) && !lost.contains(held)) {
                    found.add("the copy of " + held + " was acknowledged and is gone");
                }
            }
            for (JsonNode assignment : page.at("/assignments")) {
                if (!grants.containsKey(assignment.at("/assignment_id").asText())) {
                    found.add("nobody was told of " + assignment);
                }
            }
            assertThat(page.at("/assignments")).as("assignments of %s", id).hasSize((int) grants.values().stream()
                    .filter(grant -> grant.task.equals(id))
                    .count());
        }
        return found;
    }

    /** One of many things that happen at once; {@code pick} chooses whom and what it is about. */
    record Deed(String kind, int pick, int via) {}

    private record Grant(String task, int node) {}

    private record Held(String task, int node) {}
}
