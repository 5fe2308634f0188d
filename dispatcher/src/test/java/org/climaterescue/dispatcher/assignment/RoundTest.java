package org.climaterescue.dispatcher.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.climaterescue.dispatcher.assignment.CustodyDesk.Order;
import org.climaterescue.protocol.AssignmentId;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.Failure;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.TaskStatus;
import org.junit.jupiter.api.Test;

/** Reports about one task that meet in one round: each is answered as if it had come after the one before. */
class RoundTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_MAX_ATTEMPTS", "1", "RESCUE_HOST_CONNECTIONS", "100");
    }

    @Test
    void theSameCompletionTwiceIsDoneTwiceAndCountsOnce() {
        submit(2);
        String lease = claim("a");

        List<Outcome<Completion.Result>> outcomes = carryOut(List.of(completion("a", lease), completion("a", lease)));

        assertThat(outcomes.get(1)).isEqualTo(outcomes.get(0));
        assertThat(outcomes.getFirst())
                .isInstanceOfSatisfying(
                        Outcome.Done.class,
                        done -> assertThat(done.value()).hasFieldOrPropertyWithValue("copiesHeld", 1));
    }

    @Test
    void aCopyThatComesWithTheLateOneThatMeetsTheTargetCountsAsAnExtraCopy() {
        String task = submit(1);
        String late = claim("a");
        dispatcher.advance(Duration.ofSeconds(121));
        String inTime = claim("b");

        List<Outcome<Completion.Result>> outcomes = carryOut(List.of(completion("a", late), completion("b", inTime)));

        assertThat(outcomes).allMatch(outcome -> outcome instanceof Outcome.Done);
        assertThat(dispatcher.get("/tasks/" + task).body().at("/copies")).hasSize(2);
    }

    @Test
    void aSecondFailureOfOneAssignmentIsTooLate() {
        submit(1);
        String lease = claim("a");

        List<Outcome<Failure.Result>> outcomes = carryOut(List.of(failure("a", lease), failure("a", lease)));

        assertThat(outcomes.get(0)).isInstanceOf(Outcome.Done.class);
        assertThat(outcomes.get(1))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo("lease_lost"));
    }

    @Test
    void aTaskThatFailsAndIsRescuedInOneRoundKeepsItsUrl() {
        String task = submit(1);
        String late = claim("a");
        dispatcher.advance(Duration.ofSeconds(121));
        String lastTry = claim("b");

        carryOut(List.of(
                failure("b", lastTry).then(Object.class::cast),
                completion("a", late).then(Object.class::cast)));

        assertThat(standing(task)).isEqualTo(TaskStatus.RESCUED.wire());
        Answer again = dispatcher.post("/tasks", "{'dataset_url':'" + url(task) + "'}");
        assertThat(again.status()).isEqualTo(409);
    }

    private <R> List<R> carryOut(List<Order<R>> orders) {
        return dispatcher.bean(CustodyDesk.class).carryOut(orders);
    }

    private Order<Outcome<Completion.Result>> completion(String node, String lease) {
        return AssignmentOrders.complete(
                AssignmentId.parse(lease).orElseThrow(),
                known(node),
                new Completion(node(node), DIGEST, 1000L, null, null, null, null));
    }

    private Order<Outcome<Failure.Result>> failure(String node, String lease) {
        return AssignmentOrders.fail(
                AssignmentId.parse(lease).orElseThrow(),
                known(node),
                new Failure(node(node), FailureReason.NETWORK, null, null, null, null));
    }

    private Nodes.Known known(String node) {
        return dispatcher
                .bean(Transactions.class)
                .in(connection -> dispatcher.bean(Nodes.class).find(connection, node(node)))
                .orElseThrow();
    }
}
