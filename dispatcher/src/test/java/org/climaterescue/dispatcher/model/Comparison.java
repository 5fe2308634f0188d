package org.climaterescue.dispatcher.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.climaterescue.dispatcher.TestDispatcher;
import org.climaterescue.dispatcher.TestDispatcher.Answer;

/** What a dispatcher shows against what the model says. */
final class Comparison {

    private final ModelFleet model;
    private final TestDispatcher dispatcher;

    Comparison(ModelFleet model, TestDispatcher dispatcher) {
        this.model = model;
        this.dispatcher = dispatcher;
    }

    static void matches(Answer answer, Expected expected) {
        assertThat(answer.status()).as("the answer %s", answer).isEqualTo(expected.status());
        expected.says()
                .forEach((pointer, text) -> assertThat(answer.at(pointer))
                        .as("%s of %s", pointer, answer)
                        .isEqualTo(text));
    }

    /** A task as it is shown, against the model's. */
    void of(ModelTask task) {
        JsonNode page = dispatcher.get("/tasks/" + task.id).body();
        Map<String, Object> shown = new TreeMap<>();
        for (String member : new String[] {"status", "verification", "copies_held", "attempts", "priority"}) {
            shown.put(member, page.at("/" + member).asText());
        }
        shown.put("size_bytes", page.at("/size_bytes").asText());
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
        expected.put("size_bytes", task.size == null ? "" : "" + task.size);
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
    void all() {
        model.tasks.forEach(this::of);
        for (ModelNode node : model.nodes) {
            Answer page = dispatcher.get("/nodes/" + node.id);
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
                                dispatcher.get("/hosts/" + host).body(),
                                "/connections",
                                "/paused",
                                "/active",
                                "/ready"))
                        .as("connections, paused, active and ready of %s", host)
                        .isEqualTo(host.connections(model.now()) + " " + host.paused() + " " + model.active(host) + " "
                                + ready);
            }
        }
    }

    static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    static Set<String> texts(JsonNode array, String... members) {
        return set(stream(array).map(one -> text(one, members)));
    }

    private static Set<String> set(Stream<String> texts) {
        return texts.collect(Collectors.toCollection(TreeSet::new));
    }

    private static String text(JsonNode one, String... members) {
        return Stream.of(members).map(member -> one.at(member).asText()).collect(Collectors.joining(" "));
    }
}
