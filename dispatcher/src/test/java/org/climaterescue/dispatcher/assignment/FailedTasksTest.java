package org.climaterescue.dispatcher.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.junit.jupiter.api.Test;

/** Failed tasks by reason. A task fails with its first failure here, and every test has a reason of its own. */
class FailedTasksTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_MAX_ATTEMPTS", "1", "RESCUE_HOST_CONNECTIONS", "1000");
    }

    @Test
    void failedTasksAreCountedByReasonWithTheNewestAsAnExample() {
        failed("network", 2);
        String newest = failed("network", 1).getFirst();
        failed("timeout", 1);

        JsonNode group = group("network");

        assertThat(group.at("/count").asInt()).isEqualTo(3);
        assertThat(group.at("/example/task_id").asText()).isEqualTo(newest);
        assertThat(group.at("/example/dataset_url").asText()).isEqualTo(url(newest));
        assertThat(group.at("/example/node_id").asText()).isEqualTo(node("a"));
        assertThat(group.at("/hosts/0/host").asText()).isEqualTo("test" + test + ".example.org");
        assertThat(group.at("/hosts/0/count").asInt()).isEqualTo(3);
        assertThat(dispatcher.get("/tasks/failures").at("/items/0/reason")).isEqualTo("network");
        assertThat(listed("network")).hasSize(3).first().isEqualTo(newest);
    }

    @Test
    void aListTellsTheLastErrorOfWhatHasFailedAndOfNothingElse() {
        String pending = failed("dynamic_page", 1).getFirst();
        dispatcher.post("/tasks/retry?reason=dynamic_page", "");
        String twice = failed("dynamic_page", 1).getFirst();

        JsonNode listed = dispatcher.get("/tasks?search=" + url(twice)).body().at("/items/0");

        assertThat(listed.at("/task_id").asText()).isEqualTo(twice);
        JsonNode errors = dispatcher.get("/tasks/" + twice).body().at("/errors");
        assertThat(errors.isEmpty()).isFalse();
        assertThat(listed.at("/last_error")).isEqualTo(errors.get(errors.size() - 1));
        for (JsonNode task : dispatcher.get("/tasks?reason=dynamic_page").body().at("/items")) {
            assertThat(task.at("/last_error/reason").asText()).isEqualTo("dynamic_page");
        }
        dispatcher.post("/tasks/" + pending + "/retry", "");
        JsonNode again = dispatcher.get("/tasks?search=" + pending).body().at("/items/0");
        assertThat(again.at("/status").asText()).isEqualTo("pending");
        assertThat(again.has("last_error")).isFalse();
    }

    @Test
    void allTasksOfAReasonAreTriedAgainAndNoOthers() {
        List<String> tasks = failed("origin_error", 230);
        String other = failed("digest_mismatch", 1).getFirst();

        Answer answer = dispatcher.post("/tasks/retry?reason=origin_error", "");

        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        assertThat(answer.at("/reason")).isEqualTo("origin_error");
        assertThat(answer.at("/changed")).isEqualTo("230");
        assertThat(answer.at("/refused")).isEqualTo("0");
        assertThat(answer.body().has("next_cursor")).isFalse();
        assertThat(standing(tasks.getFirst())).isEqualTo("pending");
        assertThat(standing(tasks.getLast())).isEqualTo("pending");
        assertThat(standing(other)).isEqualTo("failed");
        assertThat(group("origin_error").isMissingNode()).isTrue();
        assertThat(dispatcher.post("/tasks/retry?reason=origin_error", "").at("/changed"))
                .isEqualTo("0");
    }

    @Test
    void aTaskWhoseUrlLivesOnInANewerOneIsRefusedAndTheOthersAreTriedAgain() {
        List<String> tasks = failed("too_large", 2);
        dispatcher.post("/tasks", "{'dataset_url':'" + url(tasks.getFirst()) + "'}");

        Answer answer = dispatcher.post("/tasks/retry?reason=too_large", "");

        assertThat(answer.at("/changed")).isEqualTo("1");
        assertThat(answer.at("/refused")).isEqualTo("1");
        assertThat(standing(tasks.getFirst())).isEqualTo("failed");
        assertThat(standing(tasks.getLast())).isEqualTo("pending");
    }

    @Test
    void allTasksOfAReasonAreCalledOff() {
        List<String> tasks = failed("blocked_address", 3);

        assertThat(dispatcher.post("/tasks/cancel?reason=blocked_address", "").at("/changed"))
                .isEqualTo("3");

        assertThat(tasks).allSatisfy(task -> assertThat(standing(task)).isEqualTo("cancelled"));
        assertThat(group("blocked_address").isMissingNode()).isTrue();
    }

    @Test
    void aTaskThatFailsAnewIsCountedByItsNewReasonAlone() {
        String task = failed("other", 1).getFirst();
        dispatcher.post("/tasks/" + task + "/retry", "");
        assertThat(fail("b", claim("b"), "origin_busy").at("/task_status")).isEqualTo("failed");

        assertThat(group("other").isMissingNode()).isTrue();
        assertThat(group("origin_busy").at("/example/task_id").asText()).isEqualTo(task);
    }

    @Test
    void aReasonThatNobodyKnowsIsRefusedByName() {
        for (Answer answer : List.of(
                dispatcher.post("/tasks/retry?reason=moon", ""),
                dispatcher.post("/tasks/cancel", ""),
                dispatcher.get("/tasks?reason=moon"))) {
            assertThat(answer.status()).as(answer.body().toString()).isEqualTo(400);
            assertThat(answer.at("/field")).isEqualTo("reason");
        }
        assertThat(dispatcher.post("/tasks/retry?reason=gone&cursor=x", "").at("/field"))
                .isEqualTo("cursor");
    }

    private List<String> failed(String reason, int tasks) {
        List<String> failed = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            failed.add(submit(1));
        }
        Answer given = dispatcher.post("/dispatch", dispatch("a", ", 'max_tasks':1000"));
        for (JsonNode lease : given.body().at("/assignment/assigned_tasks")) {
            assertThat(fail("a", lease.at("/assignment_id").asText(), reason).at("/task_status"))
                    .isEqualTo("failed");
        }
        return failed;
    }

    private JsonNode group(String reason) {
        for (JsonNode group : dispatcher.get("/tasks/failures").body().at("/items")) {
            if (group.at("/reason").asText().equals(reason)) {
                return group;
            }
        }
        return MissingNode.getInstance();
    }

    private List<String> listed(String reason) {
        List<String> tasks = new ArrayList<>();
        dispatcher
                .get("/tasks?reason=" + reason)
                .body()
                .at("/items")
                .forEach(task -> tasks.add(task.at("/task_id").asText()));
        return tasks;
    }
}
