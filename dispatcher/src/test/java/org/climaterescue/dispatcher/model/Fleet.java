package org.climaterescue.dispatcher.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.climaterescue.dispatcher.TestDispatcher;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.climaterescue.dispatcher.model.ModelTask.Ended;
import org.climaterescue.dispatcher.model.ModelTask.Lease;
import org.jspecify.annotations.Nullable;

/** Does everything twice, to the dispatchers and to the model, and compares. Each action goes to either dispatcher. */
final class Fleet {

    static final String TRUTH = "a".repeat(64);
    static final String LIE = "b".repeat(64);

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final long LONGEST_UNNOTED_DRIFT = TimeUnit.SECONDS.toNanos(3);
    private static final long NOTED_WITHIN = TimeUnit.SECONDS.toNanos(2);

    private final Stage stage;
    private final ModelFleet model = new ModelFleet();
    private final int run = COUNT.incrementAndGet();
    private final List<String> journal = new ArrayList<>();
    private final Map<ModelNode, Report> reported = new HashMap<>();
    private long inStepAt = System.nanoTime();
    private int via;

    /** Five nodes of three operators, one that names none, and three hosts. */
    Fleet(Stage stage) {
        this.stage = stage;
        stage.clear();
        member("n0", "anna", "north", null);
        member("n1", "anna", null, 2);
        member("n2", "bert", "north", null);
        member("n3", "carl", null, 1);
        member("n4", null, null, null);
        for (int i = 0; i < 3; i++) {
            model.hosts.add(new ModelHost("h" + i + "-" + run + ".example.org"));
        }
        for (int i = 0; i < 4; i++) {
            submit(i % 3, 1_000_000L, 1 + i % 3, 5, false);
        }
    }

    private void member(String name, @Nullable String operator, @Nullable String region, @Nullable Integer slots) {
        var node = new ModelNode(name + "-" + run, operator, region, slots);
        model.nodes.add(node);
        introduce(node, operator, 10_000_000_000L);
        model.join(node, operator, 10_000_000_000L);
    }

    private Answer introduce(ModelNode node, @Nullable String operator, long capacity) {
        return dispatcher()
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

    /** One action: through either dispatcher, in step with the clock, and compared afterwards. */
    void act(int dispatcher, String what, Runnable action) {
        via = dispatcher;
        journal.add(what + " (by dispatcher " + dispatcher + ")");
        try {
            keepStep();
            action.run();
            model.touched().forEach(this::compare);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "after these actions: " + e.getMessage() + "\n  " + String.join("\n  ", journal) + "\n", e);
        }
    }

    /** What really took long is noted, and moments at which something changes by itself are stepped over. */
    private void keepStep() {
        reported.forEach((node, report) -> {
            if (report.noted()) {
                node.heardFrom = Math.max(node.heardFrom, report.at);
            }
        });
        long drift = System.nanoTime() - inStepAt;
        if (drift > LONGEST_UNNOTED_DRIFT) {
            inStepAt += drift;
            model.pass(TimeUnit.NANOSECONDS.toSeconds(drift));
        }
        long calm = model.nextCalm();
        if (calm > model.now()) {
            advance(calm - model.now());
        }
    }

    private void advance(long seconds) {
        stage.advance(seconds);
        model.pass(seconds);
        // Who was heard of is noted a moment later, perhaps after the jump.
        reported.forEach((node, report) -> {
            if (!report.noted()) {
                node.heardTo = model.now();
            }
        });
        say("%s s pass", seconds);
    }

    private void say(String what, Object... things) {
        journal.add("  " + what.formatted(things));
    }

    private TestDispatcher dispatcher() {
        return stage.dispatcher(via);
    }

    private static <T> @Nullable T pick(List<T> things, int which) {
        return things.isEmpty() ? null : things.get(which % things.size());
    }

    // --- what nodes do

    void submit(int host, @Nullable Long size, int copies, int priority, boolean digest) {
        ModelHost origin = model.hosts.get(host);
        int number = model.tasks.size();
        String url = "http://" + origin.name + "/" + number;
        Answer answer = dispatcher()
                .post(
                        "/tasks",
                        "{'dataset_url':'%s','copies':%d,'priority':%d%s%s}"
                                .formatted(
                                        url,
                                        copies,
                                        priority,
                                        size == null ? "" : ",'size_bytes':" + size,
                                        digest ? ",'sha256':'" + TRUTH + "'" : ""));
        assertThat(answer.status()).isEqualTo(202);
        add(number, answer, url, origin, size, copies, priority, digest);
    }

    private void add(
            int number,
            Answer answer,
            String url,
            ModelHost origin,
            @Nullable Long size,
            int copies,
            int priority,
            boolean digest) {
        var task = new ModelTask(
                number, answer.at("/task_id"), url, origin, size, digest ? TRUTH : null, copies, priority, model.now());
        say("%s of %d copies from %s", task, copies, origin);
        model.submitted(task);
    }

    /** The same URL once more: a duplicate, unless the task has left it to others. */
    void resubmit(int which) {
        ModelTask first = pick(model.tasks, which);
        if (first == null) {
            return;
        }
        Answer answer = dispatcher().post("/tasks", "{'dataset_url':'" + first.url + "','copies':1}");
        ModelTask owner = model.owner(first.url);
        if (owner == null) {
            assertThat(answer.status()).isEqualTo(202);
            add(model.tasks.size(), answer, first.url, first.host, null, 1, 5, false);
        } else {
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.at("/task_id")).isEqualTo(owner.id);
            assertThat(answer.at("/task_status")).isEqualTo(owner.status());
        }
    }

    void dispatch(int which, long capacity, int atMost, boolean onlyUrgent) {
        ModelNode node = model.nodes.get(which);
        Answer answer = dispatcher()
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
            node.state = "joined";
        }
        node.heard(model.now());
        node.askedAt = model.now();
        node.capacity = capacity;
        node.floor = onlyUrgent ? 7 : 1;
        Map<String, ModelTask> known = model.tasks.stream().collect(Collectors.toMap(task -> task.id, task -> task));
        List<ModelTask> tasks = stream(given)
                .map(task -> known.get(task.at("/task_id").asText()))
                .toList();
        say("%s is given %s", node, tasks);
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
        Lease lease = pick(leases(), which);
        if (lease != null) {
            complete(taskOf(lease), lease.node, lease.token, lies ? LIE : TRUTH);
        }
    }

    void completeEnded(int which, boolean lies) {
        Ended ended = pick(ended(), which);
        if (ended != null) {
            complete(taskOf(ended), ended.node(), ended.token(), lies ? LIE : TRUTH);
        }
    }

    private void complete(ModelTask task, ModelNode node, String token, String digest) {
        say("%s completes %s with %s", node, task, digest.substring(0, 1));
        Answer answer = report(node, token, "complete", ",'sha256':'" + digest + "','size_bytes':1000");
        matches(answer, model.complete(task, node, token, digest));
    }

    void fail(int which, String reason, @Nullable Integer retryAfter) {
        Lease lease = pick(leases(), which);
        if (lease != null) {
            fail(taskOf(lease), lease.node, lease.token, reason, retryAfter);
        }
    }

    void failEnded(int which) {
        Ended ended = pick(ended(), which);
        if (ended != null) {
            fail(taskOf(ended), ended.node(), ended.token(), "network", null);
        }
    }

    private void fail(ModelTask task, ModelNode node, String token, String reason, @Nullable Integer retryAfter) {
        say("%s fails %s: %s", node, task, reason);
        Answer answer = report(
                node,
                token,
                "fail",
                ",'reason':'" + reason + "'" + (retryAfter == null ? "" : ",'retry_after_seconds':" + retryAfter));
        matches(answer, model.fail(task, node, token, reason, retryAfter));
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
        Lease lease = pick(leases(), which);
        if (lease != null) {
            release(taskOf(lease), lease.node, lease.token);
        }
    }

    void releaseEnded(int which) {
        Ended ended = pick(ended(), which);
        if (ended != null) {
            release(taskOf(ended), ended.node(), ended.token());
        }
    }

    private void release(ModelTask task, ModelNode node, String token) {
        say("%s releases %s", node, task);
        matches(report(node, token, "release", ""), model.release(task, node, token));
    }

    /** A node reports in another's name, and about what never was. */
    void intrude(int which, int as, String verb) {
        Lease lease = pick(leases(), which);
        ModelNode node = model.nodes.get(as);
        String more = verb.equals("complete")
                ? ",'sha256':'" + TRUTH + "','size_bytes':1000"
                : verb.equals("fail") ? ",'reason':'network'" : "";
        if (lease != null && lease.node != node) {
            say("%s intrudes on %s", node, lease.node);
            assertThat(report(node, lease.token, verb, more).status()).isEqualTo(403);
            String never = lease.token.replaceAll("[^-]+$", "zzzz");
            assertThat(report(lease.node, never, verb, more).status()).isEqualTo(404);
            compare(taskOf(lease));
        }
    }

    private Answer report(ModelNode node, String token, String verb, String more) {
        reported.put(node, new Report(model.now(), System.nanoTime()));
        node.heardTo = model.now();
        return dispatcher().post("/assignments/" + token + "/" + verb, "{'node_id':'" + node.id + "'" + more + "}");
    }

    /** A heartbeat that lists {@code some} of the node's assignments by their bits, and one that has ended. */
    void beat(int which, int some, boolean progress, int endedToo) {
        ModelNode node = model.nodes.get(which);
        Map<String, Long> listed = new LinkedHashMap<>();
        List<ModelTask> worked = model.worked(node);
        for (int i = 0; i < worked.size(); i++) {
            Lease lease = worked.get(i).leases.get(node);
            if (lease != null && (some >> (i % 3) & 1) == 1) {
                listed.put(lease.token, lease.bytes + (progress ? 1 : 0));
            }
        }
        Ended ended = pick(ended(), endedToo);
        if (ended != null && endedToo % 3 == 0) {
            listed.put(ended.token(), 1L);
        }
        say("%s lists %s", node, listed.keySet());
        String assignments = listed.entrySet().stream()
                .map(one -> "{'assignment_id':'" + one.getKey() + "','bytes_done':" + one.getValue() + "}")
                .collect(Collectors.joining(","));
        Answer answer = dispatcher()
                .post(
                        "/nodes/" + node.id + "/heartbeat",
                        "{'capacity_gb':" + gigabytes(node.capacity) + ",'assignments':[" + assignments + "]}");
        Set<String> renewed = model.beat(node, listed);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(node.statuses(model.now())).contains(answer.at("/node_status"));
        assertThat(texts(answer.body().at("/renewed"), "/assignment_id")).isEqualTo(renewed);
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
        say("%s is of %s now", node, operator);
        assertThat(introduce(node, operator, node.capacity).status()).isEqualTo(200);
        model.join(node, operator, node.capacity);
    }

    void drain(int which) {
        ModelNode node = model.nodes.get(which);
        matches(dispatcher().post("/nodes/" + node.id + "/drain", ""), model.drain(node));
    }

    void leave(int which, boolean withdrawn) {
        ModelNode node = model.nodes.get(which);
        Answer answer = dispatcher().delete("/nodes/" + node.id + (withdrawn ? "?copies=withdrawn" : ""));
        matches(answer, model.leave(node, withdrawn));
    }

    /** Node 0 lies about three files, and two others that do not know each other tell the truth. */
    void pastOfLies() {
        for (int i = 0; i < 3; i++) {
            submit(i, 1_000_000L, 2, 10, false);
        }
        for (int which : new int[] {0, 2, 4}) {
            work(which, which == 0);
        }
    }

    /** Time passes, nobody sweeps, and a node says that it still works on all that it had. */
    void returnAfter(long seconds, int which) {
        pass(seconds, false);
        beat(which, 7, false, 1);
    }

    // --- what operators do

    void cancel(int which) {
        ModelTask task = pick(model.tasks, which);
        if (task != null) {
            say("%s is called off", task);
            matches(dispatcher().post("/tasks/" + task.id + "/cancel", ""), model.cancel(task));
        }
    }

    /** Prefers tasks that can be tried again. */
    void retry(int which, boolean any) {
        ModelTask task = pick(
                model.tasks.stream()
                        .filter(one -> any || one.over() || one.wait != null)
                        .toList(),
                which);
        if (task != null) {
            say("%s is tried again", task);
            matches(dispatcher().post("/tasks/" + task.id + "/retry", ""), model.retry(task));
        }
    }

    void prioritize(int which, int priority) {
        ModelTask task = pick(model.tasks, which);
        if (task != null) {
            say("%s has priority %d", task, priority);
            Answer answer = dispatcher().post("/tasks/" + task.id + "/priority", "{'priority':" + priority + "}");
            matches(answer, model.prioritize(task, priority));
        }
    }

    void loseCopy(int which, int whose) {
        ModelTask task =
                pick(model.tasks.stream().filter(one -> !one.copies.isEmpty()).toList(), which);
        if (task != null) {
            ModelNode holder = pick(List.copyOf(task.copies.keySet()), whose);
            ModelNode node = holder == null || whose % 5 == 0 ? model.nodes.get(whose % model.nodes.size()) : holder;
            say("the copy of %s by %s is lost", task, node);
            matches(dispatcher().delete("/tasks/" + task.id + "/copies/" + node.id), model.loseCopy(task, node));
        }
    }

    void steer(int which, int connections) {
        ModelHost host = model.hosts.get(which);
        String order = connections == 0
                ? "{'paused':true}"
                : connections > 3 ? "{'paused':false}" : "{'max_connections':" + connections + "}";
        Answer answer = dispatcher().patch("/hosts/" + host.name, order);
        if (model.tasks.stream().noneMatch(task -> task.host == host)) {
            assertThat(answer.status()).isEqualTo(404);
            return;
        }
        assertThat(answer.status()).isEqualTo(200);
        if (connections == 0) {
            host.pause();
        } else if (connections > 3) {
            host.goOn();
        } else {
            host.limit(connections);
        }
    }

    // --- what just happens

    void pass(long seconds, boolean swept) {
        advance(seconds);
        keepStep();
        if (swept) {
            sweep();
        }
    }

    void sweep() {
        stage.sweep(via);
        model.sweep();
    }

    void restart() {
        stage.restart(via);
        sweep();
    }

    // --- comparing

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

    private static void matches(Answer answer, Expected expected) {
        assertThat(answer.status()).as("the answer %s", answer).isEqualTo(expected.status());
        expected.says()
                .forEach((pointer, text) -> assertThat(answer.at(pointer))
                        .as("%s of %s", pointer, answer)
                        .isEqualTo(text));
    }

    /** A task as it is shown, against the model's. */
    private void compare(ModelTask task) {
        JsonNode page = dispatcher().get("/tasks/" + task.id).body();
        Map<String, Object> shown = new TreeMap<>();
        for (String member : new String[] {"status", "verification", "copies_held", "attempts", "priority"}) {
            shown.put(member, page.at("/" + member).asText());
        }
        shown.put("waits", page.hasNonNull("retry_at"));
        shown.put("copies", texts(page.at("/copies"), "/node_id", "/sha256", "/verification", "/late"));
        shown.put("assignments", texts(page.at("/assignments"), "/assignment_id", "/node_id", "/status", "/attempt"));
        shown.put(
                "errors",
                stream(page.at("/errors"))
                        .map(error -> text(error, "/node_id", "/reason"))
                        .toList());

        Map<String, Object> expected = new TreeMap<>();
        expected.put("status", task.status());
        expected.put("verification", task.verification());
        expected.put("copies_held", "" + task.held());
        expected.put("attempts", "" + task.attempts());
        expected.put("priority", "" + task.priority);
        expected.put("waits", task.wait != null);
        expected.put(
                "copies",
                set(task.copies.entrySet().stream()
                        .map(copy -> copy.getKey() + " " + copy.getValue().digest + " "
                                + task.word(copy.getValue().digest) + " " + copy.getValue().late)));
        expected.put(
                "assignments",
                set(Stream.concat(
                        task.leases.values().stream()
                                .map(lease -> lease.token + " " + lease.node + " active " + lease.attempt),
                        task.ended.values().stream()
                                .map(ended -> ended.token() + " " + ended.node() + " " + ended.how() + " "
                                        + ended.attempt()))));
        expected.put(
                "errors",
                task.failures.stream()
                        .map(failed -> failed.node() + " " + failed.reason())
                        .toList());
        assertThat(shown).as("%s, that is %s", task, task.id).isEqualTo(expected);
    }

    /** Everything, at the end of a run. */
    void compareAll() {
        act(via, "at the end", () -> {
            model.tasks.forEach(this::compare);
            for (ModelNode node : model.nodes) {
                Answer page = dispatcher().get("/nodes/" + node.id);
                assertThat(node.statuses(model.now())).as("status of %s", node).contains(page.at("/status"));
                assertThat(text(page.body(), "/active_assignments", "/copies", "/rejected", "/doubtful"))
                        .as("assignments, copies, rejected and whether doubtful of %s", node)
                        .isEqualTo(model.worked(node).size() + " "
                                + model.held(node).size() + " " + model.rejected(node) + " " + model.doubtful(node));
            }
            for (ModelHost host : model.hosts) {
                if (model.tasks.stream().anyMatch(task -> task.host == host)) {
                    int ready = model.tasks.stream()
                            .filter(task -> task.host == host)
                            .mapToInt(ModelTask::offered)
                            .sum();
                    assertThat(text(
                                    dispatcher().get("/hosts/" + host).body(),
                                    "/connections",
                                    "/paused",
                                    "/active",
                                    "/ready"))
                            .as("connections, paused, active and ready of %s", host)
                            .isEqualTo(host.connections(model.now()) + " " + host.paused() + " " + model.active(host)
                                    + " " + ready);
                }
            }
        });
    }

    /** What happened, for whoever wants to know how far the runs reach. */
    boolean anyDoubtful() {
        return model.nodes.stream().anyMatch(model::doubtful);
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static Set<String> texts(JsonNode array, String... members) {
        return set(stream(array).map(one -> text(one, members)));
    }

    private static Set<String> set(Stream<String> texts) {
        return texts.collect(Collectors.toCollection(TreeSet::new));
    }

    private static String text(JsonNode one, String... members) {
        return Stream.of(members).map(member -> one.at(member).asText()).collect(Collectors.joining(" "));
    }

    /** When a node reported something: that it was heard of is noted a moment later. */
    private record Report(long at, long really) {
        boolean noted() {
            return System.nanoTime() - really > NOTED_WITHIN;
        }
    }
}
