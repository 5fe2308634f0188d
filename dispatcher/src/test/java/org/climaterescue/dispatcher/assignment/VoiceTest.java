package org.climaterescue.dispatcher.assignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.db.Sql;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.climaterescue.protocol.AssignmentId;
import org.climaterescue.protocol.Completion;
import org.junit.jupiter.api.Test;

/** A node reports a copy and comes back with another operator at the same moment. */
class VoiceTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of();
    }

    @Test
    void aCopyThatIsJustBeingStoredIsTheVoteOfTheNewOperator() {
        register("a", "one");
        submit(2);

        assertThat(rejoinWhileItReports(claim("a")).status()).isEqualTo(200);

        assertThat(foreignVotes()).isEmpty();
    }

    @Test
    void soIsOneThatComesLate() {
        register("a", "one");
        submit(2);
        String lease = claim("a");
        dispatcher.advance(Duration.ofSeconds(121));

        assertThat(rejoinWhileItReports(lease).status()).isEqualTo(200);

        assertThat(foreignVotes()).isEmpty();
    }

    @Test
    void oneOperatorDoesNotVerifyItself() {
        register("a", "one");
        register("b", "two");
        String task = submit(2);
        rejoinWhileItReports(claim("a"));
        // Somebody of another operator would be asked first.
        dispatcher.advance(Duration.ofSeconds(31));

        complete("b", claim("b"), DIGEST);

        assertThat(dispatcher.get("/tasks/" + task).at("/copies_held")).isEqualTo("2");
        assertThat(dispatcher.get("/tasks/" + task).at("/verification")).isEqualTo("unverified");
    }

    /** The report is carried out but not committed when the node introduces itself as one of operator "two". */
    private Answer rejoinWhileItReports(String lease) {
        CompletableFuture<Answer> rejoined = dispatcher.bean(Transactions.class).in(connection -> {
            dispatcher.bean(CustodyDesk.class).carryOut(connection, List.of(completion(connection, lease)));
            CompletableFuture<Answer> asked = dispatcher.posting(
                    "/nodes",
                    "{'node_id':'" + node("a") + "','name':'x','capacity_gb':1,'operator':'two" + test + "'}");
            await().until(() -> asked.isDone() || somebodyWaits());
            return asked;
        });
        return rejoined.join();
    }

    private CustodyDesk.Order<Outcome<Completion.Result>> completion(Connection connection, String lease)
            throws SQLException {
        Nodes.Known node =
                dispatcher.bean(Nodes.class).find(connection, node("a")).orElseThrow();
        return AssignmentOrders.complete(
                AssignmentId.parse(lease).orElseThrow(),
                node,
                new Completion(node("a"), DIGEST, 1000L, null, null, null, null));
    }

    private boolean somebodyWaits() {
        return dispatcher
                .bean(Transactions.class)
                .in(connection -> Sql.of(connection, """
                                select exists (select from pg_stat_activity
                                               where datname = current_database() and wait_event_type = 'Lock') as waits
                                """).one(row -> row.flag("waits")));
    }

    /** Copies that are the vote of somebody else than whom their node speaks for. */
    private List<String> foreignVotes() {
        return dispatcher
                .bean(Transactions.class)
                .in(connection -> Sql.of(connection, """
                                select n.node_id || ' speaks for ' || n.voice || ', its copy for ' || c.voice as about
                                from copy c join node n using (node_no) where c.voice <> n.voice
                                """).list(row -> row.text("about")));
    }
}
