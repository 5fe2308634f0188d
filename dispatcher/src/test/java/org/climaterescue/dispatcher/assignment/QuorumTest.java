package org.climaterescue.dispatcher.assignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.db.node.Room;
import org.climaterescue.db.node.Room.Bystander;
import org.climaterescue.db.node.Silence;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.junit.jupiter.api.Test;

/** Whom to believe: nodes of five operators, some of which lie. */
class QuorumTest extends FleetTest {

    private static final List<String> NODES = List.of("a", "b", "c", "d", "e");
    private static final String LIE = "f".repeat(64);

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_HOST_CONNECTIONS", "100");
    }

    @Test
    void whatIsVerifiedIsNeverTheLieOfOne() {
        join();
        List<String> tasks = submitTen();

        work(List.of("a"));

        for (String task : tasks) {
            Answer page = dispatcher.get("/tasks/" + task);
            assertThat(page.at("/status")).isEqualTo("rescued");
            assertThat(page.at("/verification")).isEqualTo("verified");
            page.body()
                    .at("/copies")
                    .forEach(
                            copy -> assertThat(copy.at("/verification").asText().equals("verified"))
                                    .isEqualTo(copy.at("/sha256").asText().equals(DIGEST)));
        }
    }

    @Test
    void theLastWordIsTheMajoritysWhenTwoLieAlike() {
        join();
        List<String> tasks = submitTen();

        work(List.of("a", "b"));

        for (String task : tasks) {
            Answer page = dispatcher.get("/tasks/" + task);
            assertThat(page.at("/status")).isEqualTo("rescued");
            assertThat(page.body().at("/copies"))
                    .filteredOn(copy -> copy.at("/sha256").asText().equals(DIGEST))
                    .hasSize(3)
                    .allMatch(copy -> copy.at("/verification").asText().equals("verified"));
            assertThat(page.body().at("/copies"))
                    .filteredOn(copy -> copy.at("/sha256").asText().equals(LIE))
                    .allMatch(copy -> copy.at("/verification").asText().equals("rejected"));
        }
        assertThat(tasks)
                .anyMatch(task ->
                        dispatcher.get("/tasks/" + task).body().at("/copies").size() > 3);
    }

    @Test
    void aLiarIsShownAndGivenLess() {
        join();
        submitTen();

        work(List.of("a"));

        Answer liar = dispatcher.get("/nodes/" + node("a"));
        assertThat(liar.body().at("/rejected").asInt()).isGreaterThanOrEqualTo(3);
        assertThat(liar.at("/doubtful")).isEqualTo("true");
        assertThat(dispatcher.get("/nodes/" + node("b")).at("/doubtful")).isEqualTo("false");
        submitTen();
        dispatcher.advance(Duration.ofSeconds(31));
        Answer given = dispatcher.post("/dispatch", dispatch("a", ",'max_tasks':10"));
        assertThat(given.body().at("/assignment/assigned_tasks")).hasSize(1);
        assertThat(bystanders("a")).as("at work on all that it may have").isEmpty();
        release("a", given.at("/assignment/assigned_tasks/0/assignment_id"));
        assertThat(bystanders("a")).singleElement().matches(Bystander::doubtful);
    }

    /** What a round knows of this node when it asks just now at no dispatcher. */
    private List<Bystander> bystanders(String node) {
        return dispatcher.bean(Transactions.class).in(connection -> {
            int nodeNo = dispatcher
                    .bean(Nodes.class)
                    .find(connection, node(node))
                    .orElseThrow()
                    .nodeNo();
            return dispatcher.bean(Room.class).bystanders(connection, dispatcher.bean(Silence.class)).stream()
                    .filter(other -> other.nodeNo() == nodeNo)
                    .toList();
        });
    }

    @Test
    void aLostCopyIsWantedAgain() {
        String task = submit(1);
        complete("a", claim("a"), DIGEST);
        assertThat(standing(task)).isEqualTo("rescued");

        Answer lost = dispatcher.delete("/tasks/" + task + "/copies/" + node("a"));

        assertThat(lost.at("/status")).isEqualTo("pending");
        assertThat(dispatcher.delete("/tasks/" + task + "/copies/" + node("a")).status())
                .isEqualTo(404);
        assertThat(dispatcher.delete("/tasks/" + task + "/copies/nobody").status())
                .isEqualTo(404);
        assertThat(claim("b")).isNotEmpty();
    }

    @Test
    void whoIsStillAtWorkIsToldToStopWhenALostCopyEndsTheDispute() {
        String task = disputed();
        String lease = claim("c");

        dispatcher.delete("/tasks/" + task + "/copies/" + node("b"));

        assertThat(standing(task)).isEqualTo("rescued");
        assertThat(beat("c", lease, 1).at("/stop/0/reason")).isEqualTo("target_met");
    }

    @Test
    void aCatalogsDigestThatEndsTheDisputeIsToldAndStopsWhoIsStillAtWork() {
        String url = "http://test" + test + ".example.org/disputed";
        importCatalog("{'url':'" + url + "','size_bytes':1000,'copies':1}");
        String task = dispatcher.get("/copies?url=" + url).at("/task_id");
        dispute();
        String lease = claim("c");

        importCatalog("{'url':'" + url + "','size_bytes':1000,'copies':1,'sha256':'" + DIGEST + "'}");

        assertThat(standing(task)).isEqualTo("rescued");
        assertThat(beat("c", lease, 1).at("/stop/0/reason")).isEqualTo("target_met");
        assertThat(dispatcher.get("/tasks/" + task + "/history").body().at("/items"))
                .filteredOn(event -> event.at("/event").asText().equals("reconsidered"))
                .singleElement()
                .matches(event -> event.at("/task_status").asText().equals("rescued"));
    }

    /** A task that wants one copy and has two, the second one late, of which nobody knows which is right. */
    private String disputed() {
        String task = submit(1);
        dispute();
        return task;
    }

    private void dispute() {
        String late = claim("b");
        release("b", late);
        complete("a", claim("a"), DIGEST);
        complete("b", late, OTHER);
    }

    private void importCatalog(String line) {
        String id = dispatcher
                .post("/catalogs?name=quorum" + test + "&format=jsonl", line)
                .at("/catalog_id");
        await().until(() -> dispatcher.get("/catalogs/" + id).at("/status"), status -> status.equals("imported"));
    }

    private void join() {
        NODES.forEach(node -> register(node, "operator of " + node));
    }

    private List<String> submitTen() {
        List<String> tasks = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            tasks.add(submit(3));
        }
        return tasks;
    }

    /** All nodes work until nobody is given anything even after a while; those who lie report a file of their own. */
    private void work(List<String> liars) {
        for (int idle = 0; idle < 2; idle++) {
            while (turn(liars)) {
                idle = 0;
            }
            dispatcher.advance(Duration.ofSeconds(31));
        }
    }

    private boolean turn(List<String> liars) {
        boolean given = false;
        for (String node : NODES) {
            String lease = claim(node);
            if (!lease.isEmpty()) {
                complete(node, lease, liars.contains(node) ? LIE : DIGEST);
                given = true;
            }
        }
        return given;
    }
}
