package org.climaterescue.dispatcher.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Database;
import org.climaterescue.db.Sql;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.dispatcher.FleetTest;
import org.junit.jupiter.api.Test;

/** Calls that wait for work. */
class WaitingTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_HOST_CONNECTIONS", "100");
    }

    @Test
    void aNodeThatHungUpWhileItWaitedIsGivenNothing() throws Exception {
        register("a");
        String call = dispatch("a", ", 'wait_seconds':60").replace('\'', '"');
        try (var socket =
                new Socket(dispatcher.uri().getHost(), dispatcher.uri().getPort())) {
            socket.getOutputStream()
                    .write(("POST /dispatch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                                    + call.length() + "\r\n\r\n" + call)
                            .getBytes(StandardCharsets.US_ASCII));
            await().until(() -> waiting() == 1);
        }
        await().until(() -> waiting() == 0);

        String task = submit(1);

        assertThat(standing(task)).isEqualTo("pending");
    }

    @Test
    void aSecondCallOfANodeIsAnsweredWhenItsOwnPatienceEnds() {
        register("a");
        var first = dispatcher.posting("/dispatch", dispatch("a", ", 'wait_seconds':60"));
        await().until(() -> waiting() == 1);

        assertThat(claim("a")).isEmpty();
        assertThat(first).isNotDone();

        String task = submit(1);
        assertThat(first.join().at("/assignment/assigned_tasks/0/task_id")).isEqualTo(task);
    }

    @Test
    void aRoundGoesOnWhereTheLastOneStoppedInAQueueThatNobodyMayTake() {
        List<String> held = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            held.add(submit(2));
        }
        String mine = submit(", 'copies':1, 'priority':1");
        for (int i = 0; i < 70; i++) {
            complete("a", claim("a"), DIGEST);
        }

        // All but the last of the queue are held by the one who asks.
        assertThat(dispatcher.post("/dispatch", dispatch("a", "")).at("/assignment/assigned_tasks/0/task_id"))
                .isEqualTo(mine);
        assertThat(held).allMatch(task -> standing(task).equals("replicating"));
    }

    @Test
    void aNodeThatIsSigningOffIsPassedOver() {
        register("a");
        register("b");

        var leaving = dispatcher.bean(Transactions.class).in(connection -> {
            Nodes nodes = dispatcher.bean(Nodes.class);
            int leaver = nodes.lock(connection, node("a")).orElseThrow().nodeNo();
            var asked = dispatcher.posting("/dispatch", dispatch("a", ", 'wait_seconds':30"));
            await().until(() -> waiting() == 1);
            submit(1);
            assertThat(claim("b")).isNotEmpty();
            nodes.leave(connection, leaver, false);
            return asked;
        });

        assertThat(leaving.join().at("/assignment/node_status")).isEqualTo("gone");
    }

    @Test
    void aNodeThatIsGivenSomethingIsHeardOfAsLateAsItsLeaseBegins() throws SQLException {
        register("a");
        var asked = dispatcher.posting("/dispatch", dispatch("a", ", 'wait_seconds':60"));
        await().until(() -> waiting() == 1);
        // Not yet long enough for a node that waits to be noted again.
        dispatcher.advance(Duration.ofSeconds(5));
        submit(1);
        asked.join();

        try (Connection connection = dispatcher.bean(Database.class).connect("test")) {
            boolean heard = Sql.of(connection, """
                            select n.heard_at >= a.assigned_at as heard from assignment a join node n using (node_no)
                            where n.node_id = ?
                            """, node("a")).one(row -> row.flag("heard"));
            assertThat(heard).isTrue();
        }
    }

    private long waiting() {
        return dispatcher.bean(AllocationRounds.class).reportActiveTasks().orElseThrow();
    }
}
