package org.climaterescue.dispatcher.allocation;

import static org.assertj.core.api.Assertions.assertThat;

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

/** What lies between the reading of the queue and the claim. */
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
            List<Pick> picks = picks(connection);
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
            List<Pick> picks = picks(connection);
            complete("a", late, DIGEST);
            return claim(connection, picks);
        });

        assertThat(claimed).isEmpty();
        assertThat(standing(task)).isEqualTo("replicating");
    }

    private List<Pick> picks(Connection connection) throws SQLException {
        int node = dispatcher
                .bean(Nodes.class)
                .find(connection, node("a"))
                .orElseThrow()
                .nodeNo();
        List<Candidate> rows = dispatcher
                .bean(ReadyQueue.class)
                .page(connection, Place.START, new Appetite(1, 1_000_000, false, Duration.ZERO), 10);
        assertThat(rows).hasSize(1);
        return rows.stream()
                .map(row -> new Pick(row.place().taskId(), row.place().slot(), row.since(), node, 1000))
                .toList();
    }

    private List<Claimed> claim(Connection connection, List<Pick> picks) throws SQLException {
        return dispatcher.bean(ReadyQueue.class).claim(connection, picks, Duration.ofMinutes(2));
    }
}
