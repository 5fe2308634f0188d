package org.climaterescue.dispatcher.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.allocation.ReadyQueue;
import org.climaterescue.db.allocation.ReadyQueue.Appetite;
import org.climaterescue.db.allocation.ReadyQueue.Candidate;
import org.climaterescue.db.allocation.ReadyQueue.Claimed;
import org.climaterescue.db.allocation.ReadyQueue.Pick;
import org.climaterescue.db.allocation.ReadyQueue.Place;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.dispatcher.FleetTest;
import org.junit.jupiter.api.Test;

/** What lies between the reading of the queue and the claim, and between the claim and its commit. */
class ClaimTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of();
    }

    @Test
    void whatWasDecidedOnARowThatWasWrittenAnewSinceIsNotClaimed() {
        String task = submit(1);
        register("a");

        List<Claimed> claimed = dispatcher.bean(Transactions.class).in(connection -> {
            List<Pick> picks = picks(connection, "a");
            dispatcher.post("/tasks/" + task + "/priority", "{'priority':9}");
            return claim(connection, picks);
        });

        assertThat(claimed).isEmpty();
        assertThat(standing(task)).isEqualTo("pending");
    }

    @Test
    void aNodeThatHasCompletedTheTaskSinceDoesNotGetItAgain() {
        String task = submit(2);
        register("a");
        String late = claim("a");
        dispatcher.advance(Duration.ofSeconds(121));

        List<Claimed> claimed = dispatcher.bean(Transactions.class).in(connection -> {
            List<Pick> picks = picks(connection, "a");
            complete("a", late, DIGEST);
            return claim(connection, picks);
        });

        assertThat(claimed).isEmpty();
        assertThat(standing(task)).isEqualTo("replicating");
    }

    /** Two digests are a tie, and so are three: the queue offers the same before and after, and the decision rests on other copies. */
    @Test
    void whatWasDecidedBeforeAFurtherCopyIsNotClaimedThoughTheQueueOffersTheSame() {
        String task = submit(2);
        register("a", "A");
        register("b", "B");
        register("c", "C");
        register("d", "C");
        String late = claim("c");
        dispatcher.advance(Duration.ofSeconds(121));
        complete("a", claim("a"), DIGEST);
        complete("b", claim("b"), OTHER);

        List<Claimed> claimed = dispatcher.bean(Transactions.class).in(connection -> {
            List<Pick> picks = picks(connection, "d");
            assertThat(complete("c", late, "c".repeat(64)).status()).isEqualTo(200);
            return claim(connection, picks);
        });

        assertThat(claimed).isEmpty();
        assertThat(dispatcher.get("/tasks/" + task).body().at("/copies")).hasSize(3);
    }

    @Test
    void whatACatalogChangesWhileAClaimIsBeingCommittedIsToldAfterTheClaim() {
        String url = "http://test" + test + ".example.org/told";
        importCatalog("{'url':'" + url + "','size_bytes':1000,'copies':1,'priority':3}");
        register("a");

        dispatcher.bean(Transactions.class).in(connection -> {
            List<Claimed> claimed = claim(connection, picks(connection, "a"));
            assertThat(claimed).hasSize(1);
            dispatcher.post(
                    "/catalogs?name=told&format=jsonl",
                    "{'url':'" + url + "','size_bytes':1000,'copies':1,'priority':9}");
            dispatcher.awaitALockIsWaitedFor();
            return claimed;
        });
        awaitImport();

        String task = dispatcher.get("/copies?url=" + url).at("/task_id");
        assertThat(dispatcher.get("/tasks/" + task + "/history").body().at("/items"))
                .extracting(event -> event.at("/event").asText() + " "
                        + event.at("/task_status").asText())
                .containsExactly("submitted pending", "assigned assigned", "prioritized assigned");
    }

    private void importCatalog(String line) {
        assertThat(dispatcher.post("/catalogs?name=told&format=jsonl", line).status())
                .isEqualTo(202);
        awaitImport();
    }

    private void awaitImport() {
        await().until(() -> dispatcher.get("/catalogs").at("/items/0/status").equals("imported"));
    }

    private List<Pick> picks(Connection connection, String node) throws SQLException {
        int nodeNo = dispatcher
                .bean(Nodes.class)
                .find(connection, node(node))
                .orElseThrow()
                .nodeNo();
        List<Candidate> rows = dispatcher
                .bean(ReadyQueue.class)
                .page(connection, Place.START, new Appetite(1, 1_000_000, false, Duration.ZERO), 10);
        assertThat(rows).hasSize(1);
        return rows.stream()
                .map(row -> new Pick(row.place().taskId(), row.place().slot(), row.since(), nodeNo, 1000))
                .toList();
    }

    private List<Claimed> claim(Connection connection, List<Pick> picks) throws SQLException {
        return dispatcher
                .bean(ReadyQueue.class)
                .claim(connection, picks, Duration.ofMinutes(2))
                .claimed();
    }
}
