package org.climaterescue.dispatcher.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.jspecify.annotations.Nullable;

/** What operators do. */
final class Operators {

    private final Fleet fleet;
    private final ModelFleet model;

    Operators(Fleet fleet) {
        this.fleet = fleet;
        this.model = fleet.model();
    }

    void submit(int host, @Nullable Long size, int copies, int priority, boolean digest) {
        ModelHost origin = model.hosts.get(host);
        int number = model.tasks.size();
        String url = "http://" + origin.name + "/" + number;
        Answer answer = fleet.dispatcher()
                .post(
                        "/tasks",
                        "{'dataset_url':'%s','copies':%d,'priority':%d%s%s}"
                                .formatted(
                                        url,
                                        copies,
                                        priority,
                                        size == null ? "" : ",'size_bytes':" + size,
                                        digest ? ",'sha256':'" + Volunteers.TRUTH + "'" : ""));
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
                number,
                answer.at("/task_id"),
                url,
                origin,
                size,
                digest ? Volunteers.TRUTH : null,
                copies,
                priority,
                model.now());
        fleet.say("%s of %d copies from %s".formatted(task, copies, origin));
        model.submitted(task);
    }

    /** The same URL once more: a duplicate, unless the task has left it to others. */
    void resubmit(int which) {
        ModelTask first = Fleet.pick(model.tasks, which);
        if (first == null) {
            return;
        }
        Answer answer = fleet.dispatcher().post("/tasks", "{'dataset_url':'" + first.url + "','copies':1}");
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

    void cancel(int which) {
        ModelTask task = Fleet.pick(model.tasks, which);
        if (task != null) {
            fleet.say("%s is called off".formatted(task));
            Comparison.matches(fleet.dispatcher().post("/tasks/" + task.id + "/cancel", ""), model.cancel(task));
        }
    }

    /** Prefers tasks that can be tried again. */
    void retry(int which, boolean any) {
        ModelTask task = Fleet.pick(
                model.tasks.stream()
                        .filter(one -> any || one.over() || one.wait != null)
                        .toList(),
                which);
        if (task != null) {
            fleet.say("%s is tried again".formatted(task));
            Comparison.matches(fleet.dispatcher().post("/tasks/" + task.id + "/retry", ""), model.retry(task));
        }
    }

    void prioritize(int which, int priority) {
        ModelTask task = Fleet.pick(model.tasks, which);
        if (task != null) {
            fleet.say("%s has priority %d".formatted(task, priority));
            Answer answer = fleet.dispatcher().post("/tasks/" + task.id + "/priority", "{'priority':" + priority + "}");
            Comparison.matches(answer, model.prioritize(task, priority));
        }
    }

    void loseCopy(int which, int whose) {
        ModelTask task = Fleet.pick(
                model.tasks.stream().filter(one -> !one.copies.isEmpty()).toList(), which);
        if (task != null) {
            ModelNode holder = Fleet.pick(List.copyOf(task.copies.keySet()), whose);
            ModelNode node = holder == null || whose % 5 == 0 ? model.nodes.get(whose % model.nodes.size()) : holder;
            fleet.say("the copy of %s by %s is lost".formatted(task, node));
            Comparison.matches(
                    fleet.dispatcher().delete("/tasks/" + task.id + "/copies/" + node.id), model.loseCopy(task, node));
        }
    }

    void steer(int which, int connections) {
        ModelHost host = model.hosts.get(which);
        String order = connections == 0
                ? "{'paused':true}"
                : connections > 3 ? "{'paused':false}" : "{'max_connections':" + connections + "}";
        Answer answer = fleet.dispatcher().patch("/hosts/" + host.name, order);
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
}
