package org.climaterescue.dispatcher.membership;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.climaterescue.dispatcher.node.NodeRegistry;
import org.climaterescue.protocol.AssignmentId;
import org.junit.jupiter.api.Test;

/** Heartbeats that are noted together. */
class HeartbeatsTest extends FleetTest {

    private static final int FLEET = 30;

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_HOST_CONNECTIONS", "100");
    }

    @Test
    void eachRenewsItsOwnLeaseAndNoOther() {
        List<String> nodes =
                IntStream.range(0, FLEET).mapToObj(i -> "fleet" + i).toList();
        List<String> leases = new ArrayList<>();
        for (String node : nodes) {
            submit(1);
            leases.add(claim(node));
        }
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < FLEET; i++) {
            String own = leases.get(i);
            String others = leases.get((i + 1) % FLEET);
            answers.add(dispatcher.posting(
                    "/nodes/" + node(nodes.get(i)) + "/heartbeat",
                    "{'capacity_gb':1,'assignments':[{'assignment_id':'%s','bytes_done':%d},{'assignment_id':'%s','bytes_done':999}]}"
                            .formatted(own, i + 1, others)));
        }
        for (int i = 0; i < FLEET; i++) {
            JsonNode answer = answers.get(i).join().body();
            assertThat(ids(answer.at("/renewed"))).containsExactly(leases.get(i));
            assertThat(ids(answer.at("/stop"))).containsExactly(leases.get((i + 1) % FLEET));
            assertThat(answer.at("/node_status").asText()).isEqualTo("active");
        }
        for (int i = 0; i < FLEET; i++) {
            assertThat(bytesDone(leases.get(i))).isEqualTo(i + 1);
        }
    }

    @Test
    void twoOfOneNodeThatLeaveALeaseOutReleaseItAlsoWhenTheyComeAtOnce() {
        register("a");
        String task = submit(1);
        claim("a");

        CompletableFuture<Answer> first = beating("a");
        beating("a").join();
        first.join();

        assertThat(standing(task)).isEqualTo("pending");
    }

    @Test
    void aLeaseIsNotKeptByAnotherWhoListsIt() {
        register("a");
        register("b");
        String task = submit(1);
        String lease = claim("a");

        for (int time = 0; time < 2; time++) {
            CompletableFuture<Answer> other = dispatcher.posting(
                    "/nodes/" + node("b") + "/heartbeat",
                    "{'capacity_gb':1,'assignments':[{'assignment_id':'" + lease + "','bytes_done':1}]}");
            beating("a").join();
            other.join();
        }

        assertThat(standing(task)).isEqualTo("pending");
    }

    @Test
    void oneOfANodeWhoseRowIsLockedKeepsNobodyWaiting() {
        register("a");
        register("b");

        CompletableFuture<Answer> locked = dispatcher.bean(Transactions.class).in(connection -> {
            assertThat(dispatcher.bean(Nodes.class).lock(connection, node("a"))).isPresent();
            CompletableFuture<Answer> waits = beating("a");
            assertThat(beating("b").join().status()).isEqualTo(200);
            assertThat(waits).isNotDone();
            return waits;
        });

        assertThat(locked.join().status()).isEqualTo(200);
    }

    @Test
    void oneOfAnIdThatTheDatabaseCannotReadHarmsNoOther() {
        register("a");
        dispatcher.bean(NodeRegistry.class).forget(node("a"));

        CompletableFuture<Answer> unreadable =
                dispatcher.posting("/nodes/%00/heartbeat", "{'capacity_gb':1,'assignments':[]}");
        CompletableFuture<Answer> known = beating("a");

        assertThat(unreadable.join().status()).isEqualTo(404);
        assertThat(known.join().status()).isEqualTo(200);
    }

    @Test
    void oneOfANodeThatNobodyKnowsHarmsNoOther() {
        register("a");

        var known = beating("a");
        var unknown = beating("nobody");

        assertThat(unknown.join().status()).isEqualTo(404);
        assertThat(known.join().status()).isEqualTo(200);
    }

    private CompletableFuture<Answer> beating(String node) {
        return dispatcher.posting("/nodes/" + node(node) + "/heartbeat", "{'capacity_gb':1,'assignments':[]}");
    }

    private long bytesDone(String lease) {
        String task = AssignmentId.parse(lease).orElseThrow().taskId().toString();
        JsonNode assignments = dispatcher.get("/tasks/" + task).body().at("/assignments");
        return assignments.get(0).at("/bytes_done").asLong();
    }

    private static List<String> ids(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(one -> one.at("/assignment_id").asText())
                .toList();
    }
}
