package org.climaterescue.dispatcher.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The registry as a list, and what its nodes work on. */
class NodeListTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_HOST_CONNECTIONS", "10");
    }

    @Test
    void aListShowsTheNodesOfAStatusWithATextInTheirNamesInAnyCase() {
        register("anna", "100% North");
        register("bert", "South");
        dispatcher.post("/nodes/" + node("bert") + "/drain", "");

        assertThat(listed("status=draining")).containsExactly("bert");
        assertThat(listed("status=active&search=NORTH")).containsExactly("anna");
        assertThat(listed("search=" + node("bert"))).containsExactly("bert");
        // No sign of a text is a wildcard.
        assertThat(listed("search=100%25%20n")).containsExactly("anna");
        assertThat(listed("search=s%25h")).isEmpty();
        assertThat(listed("search=s_uth")).isEmpty();
    }

    @Test
    void everyOrderIsTheSameListPageByPage() {
        for (String node : new String[] {"a", "b", "c", "d", "e"}) {
            register(node);
        }
        submit(1);
        submit(1);
        submit(1);
        claim("d");
        claim("b");
        claim("b");
        beat("a");
        dispatcher.delete("/nodes/" + node("e"));

        assertThat(listed("sort=registered")).containsExactly("a", "b", "c", "d", "e");
        assertThat(listed("sort=active")).containsExactly("b", "d", "a", "c", "e");
        assertThat(listed("sort=heard")).endsWith("e").first().isEqualTo("c");
        for (String sort : new String[] {"registered", "active", "heard"}) {
            // That a node asked for work is noted up to a second later, maybe between two pages.
            await().untilAsserted(() -> assertThat(pageByPage("sort=" + sort)).isEqualTo(listed("sort=" + sort)));
        }
    }

    @Test
    void whatNodesWorkOnIsListedWithItsProgress() {
        register("a");
        register("b");
        String task = submit(1);
        String lease = claim("a");
        submit(1);
        String other = claim("b");
        beat("a", lease, 400);

        JsonNode both = dispatcher
                .get("/assignments?node_id=" + node("a") + "&node_id=" + node("b"))
                .body()
                .at("/items");
        JsonNode one =
                dispatcher.get("/assignments?node_id=" + node("a")).body().at("/items");

        assertThat(both).map(item -> item.at("/assignment_id").asText()).containsExactly(other, lease);
        assertThat(one).hasSize(1);
        assertThat(one.at("/0/task_id").asText()).isEqualTo(task);
        assertThat(one.at("/0/dataset_url").asText()).isEqualTo(url(task));
        assertThat(one.at("/0/bytes_done").asLong()).isEqualTo(400);
        assertThat(one.at("/0/size_bytes").asLong()).isEqualTo(1000);
        assertThat(dispatcher
                        .get("/assignments?host=test" + test + ".example.org&limit=1")
                        .body()
                        .has("next_cursor"))
                .isTrue();
        assertThat(dispatcher.get("/assignments?node_id=nobody").body().at("/items"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/nodes?status=tired,status",
        "/nodes?sort=size,sort",
        "/nodes?search=%00,search",
        "/nodes?cursor=12,cursor",
        "/nodes?limit=0,limit",
        "/assignments?limit=0,limit",
        "/assignments?node_id=%00,node_id",
    })
    void badParametersAreNamed(String path, String field) {
        Answer answer = dispatcher.get(path);

        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(400);
        assertThat(answer.at("/field")).isEqualTo(field);
    }

    @Test
    void aCursorOfAnotherOrderIsRefused() {
        register("a");
        register("b");
        String cursor = dispatcher.get("/nodes?limit=1").at("/next_cursor");

        assertThat(dispatcher.get("/nodes?sort=active&cursor=" + cursor).at("/field"))
                .isEqualTo("cursor");
    }

    /** The nodes of this test, by the names that it gave them. */
    private List<String> listed(String query) {
        return ours(dispatcher.get("/nodes?limit=1000&" + query).body().at("/items"));
    }

    private List<String> pageByPage(String query) {
        List<String> found = new ArrayList<>();
        String cursor = "";
        do {
            Answer page = dispatcher.get("/nodes?limit=2&" + query + cursor);
            found.addAll(ours(page.body().at("/items")));
            cursor = page.body().has("next_cursor") ? "&cursor=" + page.at("/next_cursor") : "";
        } while (!cursor.isEmpty());
        return found;
    }

    private List<String> ours(JsonNode items) {
        List<String> ours = new ArrayList<>();
        for (JsonNode item : items) {
            String id = item.at("/node_id").asText();
            if (id.endsWith("-" + test)) {
                ours.add(id.substring(0, id.lastIndexOf('-')));
            }
        }
        return ours;
    }
}
