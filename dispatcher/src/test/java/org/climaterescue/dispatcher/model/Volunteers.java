package org.climaterescue.dispatcher.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.climaterescue.dispatcher.model.ModelTask.Ended;
import org.climaterescue.dispatcher.model.ModelTask.Lease;
import org.jspecify.annotations.Nullable;

/** What nodes do. */
final class Volunteers {

    static final String TRUTH = "a".repeat(64);
    static final String LIE = "b".repeat(64);

    private final Fleet fleet;
    private final ModelFleet model;

    Volunteers(Fleet fleet) {
        this.fleet = fleet;
        this.model = fleet.model();
    }

    /** A node that joins. */
    void member(String id, @Nullable String operator, @Nullable String region, @Nullable Integer slots) {
        var node = new ModelNode(id, operator, region, slots);
        model.nodes.add(node);
        introduce(node, operator, 10_000_000_000L);
        model.join(node, operator, 10_000_000_000L);
    }

    private Answer introduce(ModelNode node, @Nullable String operator, long capacity) {
        return fleet.dispatcher()
                .post(
                        "/nodes",
                        "{'node_id':'%s','name':'x','capacity_gb':%s%s%s%s}"
                                .formatted(
                                        node.id,
                                        gigabytes(capacity),
                                        operator == null ? "" : ",'operator':'" + operator + "'",
                                        node.region == null ? "" : ",'region':'" + node.region + "'",
                                        node.slots == null ? "" : ",'slots':" + node.slots));
    }

    private static double gigabytes(long bytes) {
        return bytes / 1e9;
    }

    void dispatch(int which, long capacity, int atMost, boolean onlyUrgent) {
        ModelNode node = model.nodes.get(which);
        fleet.hears(node);
        Answer answer = fleet.dispatcher()
                .post(
                        "/dispatch",
                        "{'node_id':'%s','capacity_gb':%s,'max_tasks':%d,'priority_level':'%s'}"
                                .formatted(node.id, gigabytes(capacity), atMost, onlyUrgent ? "high" : "low"));
        assertThat(answer.status()).isEqualTo(200);
        JsonNode given = answer.body().at("/assignment/assigned_tasks");
        if (node.state.equals("gone")) {
            if (answer.at("/assignment/node_status").equals("gone")) {
                // An instance that had not heard of its sign-off; the next call takes it back.
                assertThat(given).isEmpty();
                return;
            }
            node.state = node.drained ? "draining" : "joined";
        }
        node.heard(model.now());
        node.askedAt = model.now();
        node.capacity = capacity;
        node.floor = onlyUrgent ? 7 : 1;
        Map<String, ModelTask> known = model.tasks.stream().collect(Collectors.toMap(task -> task.id, task -> task));
        List<ModelTask> tasks = Comparison.stream(given)
                .map(task -> known.get(task.at("/task_id").asText()))
                .toList();
        fleet.say("%s is given %s".formatted(node, tasks));
        new Allotment(model, node, atMost).check(tasks);
        for (int i = 0; i < tasks.size(); i++) {
            ModelTask task = tasks.get(i);
            assertThat(given.get(i).at("/attempt").asInt()).isEqualTo(task.attempts() + 1);
            assertThat(given.get(i).at("/sha256").asText())
                    .isEqualTo(task.catalogDigest == null ? "" : task.catalogDigest);
            String token = given.get(i).at("/assignment_id").asText();
            assertThat(model.tasks)
                    .as("tokens are never used twice")
                    .noneMatch(other -> other.ended.containsKey(token) || ModelFleet.lease(other, token) != null);
            model.claimed(task, node, token);
        }
    }

    /** A node takes what there is, works off all that it has and reports it. */
    void work(int which, boolean lies) {
        dispatch(which, 10_000_000_000L, 4, false);
        ModelNode node = model.nodes.get(which);
        for (ModelTask task : model.worked(node)) {
            Lease lease = task.leases.get(node);
            if (lease != null) {
                complete(task, node, lease.token, lies ? LIE : TRUTH);
            }
        }
    }

    void completeOne(int which, boolean lies) {
        Lease lease = Fleet.pick(leases(), which);
        if (lease != null) {
            complete(taskOf(lease), lease.node, lease.token, lies ? LIE : TRUTH);
        }
    }

    void completeEnded(int which, boolean lies) {
        Ended ended = Fleet.pick(ended(), which);
        if (ended != null) {
            complete(taskOf(ended), ended.node(), ended.token(), lies ? LIE : TRUTH);
        }
    }

    private void complete(ModelTask task, ModelNode node, String token, String digest) {
        fleet.say("%s completes %s with %s".formatted(node, task, digest.substring(0, 1)));
        Answer answer =
                report(node, token, "complete", ",'sha256':'" + digest + "','size_bytes':" + ModelFleet.COPY_SIZE);
        Comparison.matches(answer, model.complete(task, node, token, digest));
    }

    void fail(int which, String reason, @Nullable Integer retryAfter, @Nullable Long size) {
        Lease lease = Fleet.pick(leases(), which);
        if (lease != null) {
            fail(taskOf(lease), lease.node, lease.token, reason, retryAfter, size);
        }
    }

    void failEnded(int which) {
        Ended ended = Fleet.pick(ended(), which);
        if (ended != null) {
            fail(taskOf(ended), ended.node(), ended.token(), "network", null, 1L);
        }
    }

    private void fail(
            ModelTask task,
            ModelNode node,
            String token,
            String reason,
            @Nullable Integer retryAfter,
            @Nullable Long size) {
        fleet.say("%s fails %s: %s, of %s bytes".formatted(node, task, reason, size));
        Answer answer = report(
                node,
                token,
                "fail",
                ",'reason':'" + reason + "'"
                        + (retryAfter == null ? "" : ",'retry_after_seconds':" + retryAfter)
                        + (size == null ? "" : ",'size_bytes':" + size));
        Comparison.matches(answer, model.fail(task, node, token, reason, retryAfter, size));
        if (answer.status() == 200) {
            checkRetryAt(task, answer.at("/retry_at"));
        }
    }

    private void checkRetryAt(ModelTask task, String retryAt) {
        assertThat(retryAt.isEmpty()).as("nothing keeps %s waiting", task).isEqualTo(task.wait == null);
        if (task.wait != null) {
            long seconds =
                    Instant.parse(retryAt).getEpochSecond() - Instant.now().getEpochSecond();
            assertThat(seconds)
                    .as("%s waits for so many seconds", task)
                    .isBetween(
                            task.wait.from() - model.now() - ModelFleet.DRIFT,
                            task.wait.to() - model.now() + ModelFleet.DRIFT);
        }
    }

    void release(int which) {
        Lease lease = Fleet.pick(leases(), which);
        if (lease != null) {
            release(taskOf(lease), lease.node, lease.token);
        }
    }

    void releaseEnded(int which) {
        Ended ended = Fleet.pick(ended(), which);
        if (ended != null) {
            release(taskOf(ended), ended.node(), ended.token());
        }
    }

    private void release(ModelTask task, ModelNode node, String token) {
        fleet.say("%s releases %s".formatted(node, task));
        Comparison.matches(report(node, token, "release", ""), model.release(task, node, token));
    }

    /** A node reports in another's name, and about what never was. */
    void intrude(int which, int as, String verb) {
        Lease lease = Fleet.pick(leases(), which);
        ModelNode node = model.nodes.get(as);
        String more = verb.equals("complete")
                ? ",'sha256':'" + TRUTH + "','size_bytes':" + ModelFleet.COPY_SIZE
                : verb.equals("fail") ? ",'reason':'network'" : "";
        if (lease != null && lease.node != node) {
            fleet.say("%s intrudes on %s".formatted(node, lease.node));
            assertThat(report(node, lease.token, verb, more).status()).isEqualTo(403);
            String never = lease.token.replaceAll("[^-]+$", "zzzz");
            assertThat(report(lease.node, never, verb, more).status()).isEqualTo(404);
            fleet.compare(taskOf(lease));
        }
    }

    private Answer report(ModelNode node, String token, String verb, String more) {
        fleet.hears(node);
        return fleet.dispatcher()
                .post("/assignments/" + token + "/" + verb, "{'node_id':'" + node.id + "'" + more + "}");
    }

    /**
     * A heartbeat that lists {@code some} of the node's assignments by their bits, and at times one that has ended or is not its own.
     *
     * @param size what the origins say that each file has; null when they say nothing
     */
    void beat(int which, int some, boolean progress, int endedToo, @Nullable Long size) {
        ModelNode node = model.nodes.get(which);
        Map<String, Long> listed = new LinkedHashMap<>();
        List<ModelTask> worked = model.worked(node);
        for (int i = 0; i < worked.size(); i++) {
            Lease lease = worked.get(i).leases.get(node);
            if (lease != null && (some >> (i % 3) & 1) == 1) {
                listed.put(lease.token, lease.bytes + (progress ? 1 : 0));
            }
        }
        Ended ended = Fleet.pick(ended(), endedToo);
        if (ended != null && endedToo % 3 == 0) {
            listed.put(ended.token(), 1L);
        }
        Lease other = Fleet.pick(leases(), endedToo);
        if (other != null && endedToo % 5 == 1) {
            // Perhaps another node's, which must come to no harm.
            listed.putIfAbsent(other.token, other.bytes);
        }
        fleet.say("%s lists %s, of %s bytes".formatted(node, listed.keySet(), size));
        String told = size == null ? "" : ",'size_bytes':" + size;
        String assignments = listed.entrySet().stream()
                .map(one -> "{'assignment_id':'" + one.getKey() + "','bytes_done':" + one.getValue() + told + "}")
                .collect(Collectors.joining(","));
        Answer answer = fleet.dispatcher()
                .post(
                        "/nodes/" + node.id + "/heartbeat",
                        "{'capacity_gb':" + gigabytes(node.capacity) + ",'assignments':[" + assignments + "]}");
        Set<String> renewed = model.beat(
                node,
                listed,
                size == null
                        ? Map.of()
                        : listed.keySet().stream().collect(Collectors.toMap(token -> token, token -> size)));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(node.statuses(model.now())).contains(answer.at("/node_status"));
        assertThat(Comparison.texts(answer.body().at("/renewed"), "/assignment_id"))
                .isEqualTo(renewed);
        Map<String, String> stops = new TreeMap<>();
        answer.body()
                .at("/stop")
                .forEach(stop -> stops.put(
                        stop.at("/assignment_id").asText(), stop.at("/reason").asText()));
        Map<String, String> expected = new TreeMap<>();
        listed.keySet().stream()
                .filter(token -> !renewed.contains(token))
                .forEach(token -> expected.put(token, model.stop(token)));
        assertThat(stops).as("what to stop").isEqualTo(expected);
    }

    void rejoin(int which, @Nullable String operator) {
        ModelNode node = model.nodes.get(which);
        fleet.say("%s is of %s now".formatted(node, operator));
        assertThat(introduce(node, operator, node.capacity).status()).isEqualTo(200);
        model.join(node, operator, node.capacity);
    }

    void drain(int which) {
        order(which, "drain", model::drain);
    }

    void resume(int which) {
        order(which, "resume", model::resume);
    }

    private void order(int which, String verb, Consumer<ModelNode> expected) {
        ModelNode node = model.nodes.get(which);
        Answer answer = fleet.dispatcher().post("/nodes/" + node.id + "/" + verb, "");
        expected.accept(node);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(node.statuses(model.now())).contains(answer.at("/status"));
    }

    void leave(int which, boolean withdrawn) {
        ModelNode node = model.nodes.get(which);
        Answer answer = fleet.dispatcher().delete("/nodes/" + node.id + (withdrawn ? "?copies=withdrawn" : ""));
        Comparison.matches(answer, model.leave(node, withdrawn));
    }

    /** A node loses a lease, others take the task, and the first one reports after all. */
    void overtake(int which) {
        Lease lost = Fleet.pick(leases(), which);
        if (lost != null) {
            ModelTask task = taskOf(lost);
            fleet.pass(130, true);
            for (int other = 1; other < model.nodes.size(); other++) {
                dispatch((model.nodes.indexOf(lost.node) + other) % model.nodes.size(), 10_000_000_000L, 3, false);
            }
            complete(task, lost.node, lost.token, TRUTH);
        }
    }

    /** A node has no room for a task, whose size it may know, and asks at once for more. */
    void fillDisk(int which, @Nullable Long size) {
        Lease lease = Fleet.pick(leases(), which);
        if (lease != null) {
            fail(taskOf(lease), lease.node, lease.token, "disk_full", null, size);
            dispatch(model.nodes.indexOf(lease.node), 10_000_000_000L, 5, false);
        }
    }

    /** A node with little room asks for work of which nobody knows the size, learns it, and asks for more. */
    void explore(int which, long capacity, long size) {
        fleet.operators().submit(which % 3, null, 2, 9, false);
        dispatch(which, capacity, 2, false);
        beat(which, 7, false, 2, size);
        dispatch(which, capacity, 2, false);
    }

    /** A node loses a lease, gets the task again, and reports both. */
    void reportBoth(int which, boolean differently) {
        Lease lost = Fleet.pick(leases(), which);
        if (lost != null) {
            ModelTask task = taskOf(lost);
            ModelNode node = lost.node;
            fleet.pass(130, true);
            dispatch(model.nodes.indexOf(node), 10_000_000_000L, 5, false);
            complete(task, node, lost.token, TRUTH);
            Lease again = task.leases.get(node);
            if (again != null) {
                complete(task, node, again.token, differently ? LIE : TRUTH);
            }
        }
    }

    /** A node goes on saying that it works on all that it has, while no byte comes. */
    void stall(int which) {
        for (int i = 0; i < 3; i++) {
            beat(which, 7, false, 2, null);
            fleet.pass(70, false);
        }
        beat(which, 7, false, 2, null);
    }

    /** Time passes, nobody sweeps, and a node says that it still works on all that it had. */
    void returnAfter(long seconds, int which) {
        fleet.pass(seconds, false);
        beat(which, 7, false, 1, null);
    }

    private List<Lease> leases() {
        return model.tasks.stream()
                .flatMap(task -> task.leases.values().stream())
                .toList();
    }

    private List<Ended> ended() {
        return model.tasks.stream()
                .flatMap(task -> task.ended.values().stream())
                .toList();
    }

    private ModelTask taskOf(Lease lease) {
        return model.tasks.stream()
                .filter(task -> task.leases.containsValue(lease))
                .findFirst()
                .orElseThrow();
    }

    private ModelTask taskOf(Ended ended) {
        return model.tasks.stream()
                .filter(task -> task.ended.containsValue(ended))
                .findFirst()
                .orElseThrow();
    }
}
